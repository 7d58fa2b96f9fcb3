/** The panel on the right: the thing that is selected, its formula with numbers in it, and their proof. */
import type { JSX } from "preact";
import { frame, graph } from "../state/run";
import { selection, type Selection } from "../state/selection";
import type { Frame } from "../wire/frame";
import type { Graph } from "../wire/messages";
import { t } from "../words/words";
import { Input } from "./unit/Input";
import { Layer } from "./layer/Layer";
import { Loss } from "./Loss";
import { copied } from "./Live";
import { lossNode } from "./place";
import { Step } from "./Step";
import { Unit } from "./unit/Unit";
import { Weight } from "./weight/Weight";
import "./inspector.css";

export function Inspector(): JSX.Element {
  const built = graph.value;
  const shown = frame.value;
  return (
    <section class="inspector" aria-label={t("inspector.label")} tabIndex={0}>
      {built && shown ? (
        <Selected built={built} shown={shown} chosen={selection.value} />
      ) : (
        <p class="inspector-part note">{t("inspector.empty")}</p>
      )}
      <p class="visually-hidden" role="status">
        {copied.value && t("inspector.copied", { value: copied.value })}
      </p>
    </section>
  );
}

// Keyed by what it is about, so that the history of one weight is never continued by another.
function Selected({
  built,
  shown,
  chosen,
}: {
  built: Graph;
  shown: Frame;
  chosen: Selection | null;
}): JSX.Element {
  const key = `${built.generation} ${JSON.stringify(chosen)}`;
  const parts = { built, shown };
  if (!chosen) return <Step {...parts} />;
  if (chosen.node >= lossNode(built)) return <Loss {...parts} />;
  if (chosen.kind === "weight") return <Weight key={key} {...parts} edge={chosen} />;
  if (chosen.kind === "layer") return <Layer key={key} {...parts} node={chosen.node} />;
  if (chosen.node < 0) return <Input key={key} {...parts} row={chosen.row} />;
  return <Unit key={key} {...parts} node={chosen.node} row={chosen.row} />;
}
