/**
 * What the numbers of a layer are like over the whole batch: of its parameters, their gradients and updates, of what it
 * answers and the δ that comes back. The service is asked for them while they are in view.
 */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { activationOf, errorMadeBy } from "../../state/flow";
import { Following, moment } from "../../state/following";
import { askStatistics, statistics } from "../../state/run";
import type { Graph, GraphParameter, NodeStatistics, ParameterStatistics } from "../../wire/messages";
import { isKey, t } from "../../words/words";
import { Symbols } from "../Symbols";
import { useReached } from "../useReached";
import { letterOf, partName, partOf } from "./layer";
import { Sizes } from "./Sizes";
import "./numbers.css";

const asking = new Following(500);

interface Props {
  built: Graph;
  node: number;
}

export function Numbers({ built, node }: Props): JSX.Element {
  useEffect(() => asking.follow(moment, askStatistics), []);
  const found = statistics.value;
  const own = built.parameters.filter((parameter) => parameter.node === node);
  const bent = built.nodes[node]?.group === "activation" ? node : activationOf(built, node);
  return (
    <div role="group" class="inspector-part" aria-label={t("inspector.numbers")}>
      <h3>{t("inspector.numbers")}</h3>
      <p class="note" data-testid="inspector-numbers-of">
        {found ? t("inspector.numbers.of", { step: found.step }) : t("inspector.numbers.wait")}
      </p>
      {own.map((parameter) => (
        <Parameter
          key={parameter.name}
          of={parameter}
          found={found?.parameters.find(({ name }) => name === parameter.name) ?? null}
        />
      ))}
      <Output built={built} node={node} found={found?.nodes[node] ?? null} />
      {bent >= 0 && <Flat built={built} node={bent} found={found?.nodes[bent] ?? null} />}
    </div>
  );
}

function Parameter({ of, found }: { of: GraphParameter; found: ParameterStatistics | null }): JSX.Element {
  const known = useReached("backward", of.node);
  const updated = useReached("update", -1);
  const part = partOf(of);
  const letter = letterOf(part);
  return (
    <section class="inspector-array">
      <h4>{partName(part)}</h4>
      <Sizes id={`${part}-value`} name={<Said of={letter} words="value" />} found={found?.value ?? null} known />
      <Sizes
        id={`${part}-gradient`}
        name={<Said of={`∂L/∂${letter}`} words="gradient" />}
        found={found?.gradient ?? null}
        known={known}
      />
      <Sizes id={`${part}-update`} name={t("inspector.numbers.update")} found={found?.update ?? null} known={updated} axis />
    </section>
  );
}

function Said({ of, words }: { of: string; words: "value" | "gradient" }): JSX.Element {
  return (
    <>
      <Symbols of={of} /> {t(`inspector.numbers.${words}`)}
    </>
  );
}

function Output({ built, node, found }: Props & { found: NodeStatistics | null }): JSX.Element {
  const known = useReached("forward", node);
  const arrived = useReached("backward", errorMadeBy(built, node));
  return (
    <section class="inspector-array">
      <h4>{t("inspector.numbers.through")}</h4>
      <Sizes id="output" name={t("inspector.numbers.output")} found={found?.output ?? null} known={known} />
      <Sizes id="delta" name={t("inspector.numbers.delta")} found={found?.gradient ?? null} known={arrived} axis />
    </section>
  );
}

/** Units that pass next to nothing on for any example of the batch. */
function Flat({ built, node, found }: Props & { found: NodeStatistics | null }): JSX.Element | null {
  const known = useReached("forward", node);
  if (!found || !known) return null;
  const { kind = "", units = 0 } = built.nodes[node] ?? {};
  const { dead, saturated } = found;
  const own = `inspector.numbers.dead.${kind}`;
  return (
    <div class="inspector-flat" data-testid="inspector-flat">
      {dead === 0 && saturated === 0 && <p class="note">{t("inspector.numbers.lively", { kind, units })}</p>}
      {dead > 0 && <p>{t(isKey(own) ? own : "inspector.numbers.dead", { kind, dead, units })}</p>}
      {saturated > 0 && <p>{t("inspector.numbers.saturated", { kind, saturated, units })}</p>}
    </div>
  );
}
