/**
 * One weight: its gradient as two factors, the batch it sums over, what the update did to it, and the proof.
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { history } from "../../state/history";
import { experiment } from "../../state/experiment";
import type { Frame } from "../../wire/frame";
import type { Graph } from "../../wire/messages";
import { t } from "../../words/words";
import { Example } from "../Example";
import { Head } from "../Head";
import { Live } from "../Live";
import { columnAt, errorMadeBy, isSpread, sourceOf } from "../../state/flow";
import { columnOf } from "../place";
import { Proof } from "../Proof";
import { Row } from "../Row";
import { Symbols } from "../Symbols";
import { useReached } from "../useReached";
import { Batch } from "./Batch";
import { Each } from "./Each";
import { Factors } from "./Factors";
import { Trails } from "./Trails";
import { extended, type Sample } from "./trail";
import { indexed, weightFacts, type Edge, type WeightFacts } from "./weight";

interface Props {
  built: Graph;
  shown: Frame;
  edge: Edge;
}

export function Weight({ built, shown, edge }: Props): JSX.Element | null {
  const facts = weightFacts(built, shown, edge);
  const source = sourceOf(built, edge.node);
  const reach = {
    kept: useReached("forward", source) || source < 0,
    delta: useReached("backward", errorMadeBy(built, edge.node)),
    gradient: useReached("backward", edge.node),
  };
  const updated = useReached("update", -1);
  const trail = useSignal<readonly Sample[]>([]);
  useEffect(() => {
    if (!facts || facts.before === null || facts.gradient === null) return;
    const sample = { step: shown.step, weight: facts.before, gradient: facts.gradient };
    trail.value = extended(trail.peek(), sample, history.peek()?.furthest ?? shown.step);
  }, [shown]);
  if (!facts) return null;
  const optimizer = experiment.value?.optimizer.kind ?? "";
  return (
    <>
      <Head
        title={t("inspector.weight")}
        name={ends(built, edge)}
        place={place(built, edge, facts.parameter.name)}
      />
      {isSpread(built, edge.node) ? (
        <Gradient facts={facts} reached={reach.gradient} />
      ) : (
        <>
          <Example choice />
          <Factors shown={shown} facts={facts} reach={reach} />
          <Batch shown={shown} facts={facts} reached={reach.gradient} />
        </>
      )}
      <div role="group" class="inspector-part" aria-label={t("inspector.change")}>
        <dl>
          <Row name={t("inspector.weight.before")}>
            <Live id="weight" value={facts.before} />
          </Row>
          <Row name={t("inspector.update", { optimizer })}>
            <Live id="update" value={facts.update} known={updated} sign hued />
          </Row>
          <Row name={t("inspector.ratio")}>
            <Live id="ratio" value={facts.ratio} known={updated} />
          </Row>
        </dl>
        <Trails trail={trail.value.filter(({ step }) => reach.gradient || step !== shown.step)} />
      </div>
      <Proof parameter={facts.parameter.name} index={[edge.row, edge.column]} symbol="w" />
      <Each
        shown={shown}
        parameter={facts.parameter.name}
        index={[edge.row, edge.column]}
        reached={reach.gradient}
        shared={!isSpread(built, edge.node)}
      />
    </>
  );
}

/** Of a weight at work in many places: only what it gets from all of them together. */
function Gradient({ facts, reached }: { facts: WeightFacts; reached: boolean }): JSX.Element {
  return (
    <div role="group" class="inspector-part" aria-label={t("inspector.bias.gradient")}>
      <dl>
        <Row name={<Symbols of="∂L/∂w" />}>
          <Live id="gradient" value={facts.gradient} known={reached} hued />
        </Row>
      </dl>
      <p class="note">{t("inspector.spread")}</p>
    </div>
  );
}

function ends(built: Graph, { node, row, column }: Edge): string {
  const to = columnOf(built, node).index;
  const target = t("inspector.end", { layer: to, unit: row + 1 });
  const from = columnAt(built, sourceOf(built, node));
  const source =
    from === 0
      ? t("inspector.end.input", { unit: column + 1 })
      : t("inspector.end", { layer: from, unit: column + 1 });
  return `${source} → ${target}`;
}

function place(built: Graph, { node, row, column }: Edge, name: string): string {
  const { inputs, units } = columnOf(built, node);
  const where = t("inspector.weight.place", { inputs, units, row: row + 1, column: column + 1 });
  return `${where} · ${indexed({ name }, row, column)}`;
}
