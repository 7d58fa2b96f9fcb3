/** The norms of a layer's parameters on the fixed scale, and how far the update moves them. */
import type { JSX } from "preact";
import { whole } from "../../numbers";
import { Drawing } from "../../canvas/Drawing";
import { drawMeter } from "../../paint/meter";
import { palette } from "../../state/palette";
import { locale, t } from "../../words/words";
import { Live } from "../Live";
import { Row } from "../Row";
import { Symbols } from "../Symbols";
import { useReached } from "../useReached";
import { letterOf, type ParameterFacts } from "./layer";
import { pace } from "./sizes";

const METER = 5;

export function Norms({
  node,
  parameters,
}: {
  node: number;
  parameters: readonly ParameterFacts[];
}): JSX.Element {
  const known = useReached("backward", node);
  const updated = useReached("update", -1);
  const colours = palette.value;
  return (
    <div role="group" class="inspector-part" aria-label={t("inspector.norms")}>
      <h3>{t("inspector.norms")}</h3>
      <p class="note">{t("inspector.norms.scale")}</p>
      {parameters.map(({ part, gradient, before, update, ratio }) => (
        <div key={part} class="inspector-norms">
          <dl>
            <Row name={<Norm of={`∂L/∂${letterOf(part)}`} says={t("inspector.norm.gradient")} />}>
              <Live id={`norm-${part}`} value={gradient} known={known} />
            </Row>
          </dl>
          <div class="inspector-meter">
            <Drawing
              height={METER + 4}
              draw={(context, width) =>
                drawMeter(
                  context,
                  { x: 14, y: 2, width: width - 28, height: METER },
                  known ? gradient : "not reached",
                  colours,
                )
              }
            />
          </div>
          <dl>
            <Row name={<Norm of={letterOf(part)} says={t("inspector.norm")} />}>
              <Live id={`size-${part}`} value={before} />
            </Row>
            <Row name={t("inspector.ratio.norm")}>
              <Live id={`ratio-${part}`} value={update === 0 ? 0 : ratio} known={updated} />
            </Row>
          </dl>
          {updated && <Pace part={part} ratio={ratio} />}
        </div>
      ))}
    </div>
  );
}

/** In words, where it is far from the usual. Of a bias nobody knows what is usual: it begins at 0. */
function Pace({ part, ratio }: { part: string; ratio: number }): JSX.Element | null {
  const found = part.startsWith("weight") ? pace(ratio) : null;
  if (!found) return null;
  const times = whole(Number(found.times.toPrecision(2)), locale.value);
  return <p class="note">{t(`inspector.ratio.${found.kind}`, { times })}</p>;
}

function Norm({ of, says }: { of: string; says: string }): JSX.Element {
  return (
    <>
      <Symbols of={`‖${of}‖`} /> {says}
    </>
  );
}
