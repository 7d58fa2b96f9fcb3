/** One unit: what came in, what it made of it, and the error that came back, as two factors. */
import type { JSX } from "preact";
import { experiment } from "../../state/experiment";
import type { Frame } from "../../wire/frame";
import type { Graph } from "../../wire/messages";
import { t } from "../../words/words";
import { Example } from "../Example";
import { Head } from "../Head";
import { Live } from "../Live";
import { Notation } from "../Notation";
import { errorMadeBy } from "../../state/flow";
import { columnOf, lossNode } from "../place";
import { Proof } from "../Proof";
import { Row } from "../Row";
import { Symbols } from "../Symbols";
import { useReached } from "../useReached";
import { Errors } from "./Errors";
import { Response } from "./Response";
import { TermsTable } from "./TermsTable";
import { unitFacts, type Bias } from "./unit";

export function Unit({
  built,
  shown,
  node,
  row,
}: {
  built: Graph;
  shown: Frame;
  node: number;
  row: number;
}): JSX.Element | null {
  const { linear, activation, index, inputs, units } = columnOf(built, node);
  const facts = unitFacts(built, shown, node, row);
  const zKnown = useReached("forward", linear);
  const aKnown = useReached("forward", activation < 0 ? linear : activation);
  const deltaKnown = useReached("backward", errorMadeBy(built, linear));
  const upstreamKnown = useReached("backward", errorMadeBy(built, activation < 0 ? linear : activation));
  if (!facts) return null;
  const kind = built.nodes[activation]?.kind;
  const behind = errorMadeBy(built, activation < 0 ? linear : activation);
  const from =
    behind >= lossNode(built)
      ? t("inspector.from.loss")
      : t("inspector.from.layer", { layer: built.nodes[behind]?.column ?? 0 });
  const place = t("inspector.unit.place", { inputs, units, row: row + 1 });
  return (
    <>
      <Head
        title={t("inspector.unit")}
        name={t("inspector.end", { layer: index, unit: row + 1 })}
        place={kind ? `${place} · ${kind}` : place}
      />
      <Example />
      <div role="group" class="inspector-part" aria-label={t("inspector.forward")}>
        <h3>{t("inspector.forward")}</h3>
        <Notation kind={built.nodes[linear]?.kind ?? ""} />
        {kind && <Notation kind={kind} />}
        <dl>
          <Row name={<Named symbol="z" says={t("inspector.z")} />}>
            <Live id="z" value={facts.z} known={zKnown} hued />
          </Row>
          {kind && (
            <Row name={<Named symbol="a" says={t("inspector.a")} />}>
              <Live id="a" value={facts.a} known={aKnown} hued />
            </Row>
          )}
        </dl>
      </div>
      <Errors
        facts={facts}
        kind={kind ?? null}
        from={from}
        deltaKnown={deltaKnown}
        upstreamKnown={upstreamKnown}
      />
      <Response built={built} node={node} row={row} />
      <TermsTable built={built} facts={facts} zKnown={zKnown} />
      {facts.bias && <BiasPart bias={facts.bias} row={row} node={linear} />}
    </>
  );
}

function BiasPart({ bias, row, node }: { bias: Bias; row: number; node: number }): JSX.Element {
  const optimizer = experiment.value?.optimizer.kind ?? "";
  const gradientKnown = useReached("backward", node);
  const updated = useReached("update", -1);
  return (
    <>
      <div role="group" class="inspector-part" aria-label={t("inspector.bias")}>
        <dl>
          <Row name={t("inspector.bias")}>
            <Live id="bias" value={bias.before} />
          </Row>
          <Row name={t("inspector.bias.gradient")}>
            <Live id="bias-gradient" value={bias.gradient} known={gradientKnown} hued />
          </Row>
          <Row name={t("inspector.update", { optimizer })}>
            <Live id="bias-update" value={bias.update} known={updated} sign hued />
          </Row>
        </dl>
      </div>
      <Proof parameter={bias.parameter.name} index={[row]} symbol="b" />
    </>
  );
}

function Named({ symbol, says }: { symbol: string; says: string }): JSX.Element {
  return (
    <>
      <Symbols of={symbol} /> {says}
    </>
  );
}
