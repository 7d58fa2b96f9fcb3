/** The norms of a layer's parameters on the fixed scale, and how far the update moves them. */
import type { JSX } from "preact";
import { Drawing } from "../../canvas/Drawing";
import { drawMeter } from "../../paint/meter";
import { palette } from "../../state/palette";
import { t } from "../../words/words";
import { Live } from "../Live";
import { Row } from "../Row";
import { Symbols } from "../Symbols";
import { useReached } from "../useReached";
import type { ParameterFacts } from "./layer";

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
            <Row name={<Norm of={`∂L/∂${letter(part)}`} says={t("inspector.norm.gradient")} />}>
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
            <Row name={<Norm of={letter(part)} says={t("inspector.norm")} />}>
              <Live id={`size-${part}`} value={before} />
            </Row>
            <Row name={t("inspector.ratio.norm")}>
              <Live id={`ratio-${part}`} value={update === 0 ? 0 : ratio} known={updated} />
            </Row>
          </dl>
        </div>
      ))}
    </div>
  );
}

function letter(part: string): string {
  return part === "bias" ? "b" : "W";
}

function Norm({ of, says }: { of: string; says: string }): JSX.Element {
  return (
    <>
      <Symbols of={`‖${of}‖`} /> {says}
    </>
  );
}
