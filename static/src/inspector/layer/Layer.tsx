/** One layer: its formulas and shapes, how large its gradients are, and how far the update moves it. */
import type { JSX } from "preact";
import { whole } from "../../numbers";
import { catalogue } from "../../state/run";
import type { Frame } from "../../wire/frame";
import type { Graph } from "../../wire/messages";
import { locale, t } from "../../words/words";
import { Example } from "../Example";
import { Head } from "../Head";
import { Notation } from "../Notation";
import { errorMadeBy, sourceOf } from "../../state/flow";
import { batchSize, columnOf } from "../place";
import { Row } from "../Row";
import { useReached } from "../useReached";
import { partName, parameterFacts } from "./layer";
import { Norms } from "./Norms";
import { Numbers } from "./Numbers";

export function Layer({ built, shown, node }: { built: Graph; shown: Frame; node: number }): JSX.Element {
  const column = columnOf(built, node);
  if (node < 0) return <InputLayer built={built} />;
  const kind = built.nodes[node]?.kind ?? "";
  const parameters = parameterFacts(built, shown, node);
  const output = [batchSize(shown), ...(built.nodes[node]?.shape ?? [])].join(" × ");
  const place =
    parameters.length > 0
      ? `${kind} ${column.inputs} → ${column.units}`
      : t("inspector.layer.activation", { kind });
  return (
    <>
      <Head title={t("inspector.layer")} name={String(column.index)} place={place} />
      {parameters.length === 0 && <Example />}
      <div role="group" class="inspector-part" aria-label={t("inspector.formula")}>
        <h3>{kind}</h3>
        <Notation kind={kind} />
        {Object.keys(catalogue.value?.notation[kind]?.gradients ?? {}).map((by) => (
          <Notation key={by} kind={kind} by={by} />
        ))}
      </div>
      <div role="group" class="inspector-part" aria-label={t("inspector.shapes")}>
        <dl>
          {parameters.map(({ parameter, part, count }) => (
            <Row key={part} name={partName(part)}>
              {parameter.shape.join(" × ")}{" "}
              <span class="note">{parameter.shape.length > 1 ? `= ${whole(count, locale.value)}` : ""}</span>
            </Row>
          ))}
          <Row name={t("inspector.output")}>{output}</Row>
        </dl>
      </div>
      {parameters.length > 0 && <Norms node={node} parameters={parameters} />}
      <Shut built={built} shown={shown} node={node} />
      <Numbers built={built} node={node} />
    </>
  );
}

/** Units of an activation that are shut for this example. */
function Shut({ built, shown, node }: { built: Graph; shown: Frame; node: number }): JSX.Element | null {
  const known = useReached("backward", errorMadeBy(built, sourceOf(built, node)));
  const slopes = shown.slope(node);
  if (!known || slopes.length === 0) return null;
  const shut = slopes.reduce((count, slope) => count + Number(slope === 0), 0);
  return <p class="inspector-part note">{t("inspector.shut", { shut, units: slopes.length })}</p>;
}

function InputLayer({ built }: { built: Graph }): JSX.Element {
  const { features, train, test } = built.data;
  return (
    <>
      <Head
        title={t("inspector.inputs")}
        name={String(features)}
        place={t("inspector.inputs.place", { train, test })}
      />
      <Example />
    </>
  );
}
