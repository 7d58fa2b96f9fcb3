/** The sentence above the stage, and the same said politely to a screen reader. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { experiment } from "../state/experiment";
import { live, playing, position, progress, reached, speed, SPEEDS, visit } from "../state/moment";
import { errorMadeBy, weightOf } from "../state/flow";
import { frame, graph } from "../state/run";
import { selection } from "../state/selection";
import { place } from "../wire/connection";
import { entry } from "../wire/frame";
import { format } from "../numbers";
import { t } from "../words/words";
import { narrate, type Narration } from "./narration";

export function Headline(): JSX.Element {
  const words = useNarration();
  return (
    <p class="stage-headline" data-testid="headline">
      <strong>{words.value.title}</strong> {unbroken(words.value.text)}
    </p>
  );
}

/** A formula stays on one line. */
const unbroken = (text: string): string => text.replace(/ ([=+·]) /g, "\u00a0$1\u00a0");

/** Only while a person steps or watches slowly; a voice cannot follow sixty steps a second. */
export function Spoken(): JSX.Element {
  const words = useNarration();
  const slow = !playing.value || (SPEEDS[speed.value]?.motion ?? 0) > 0;
  return (
    <p class="visually-hidden" role="status">
      {slow ? `${words.value.title} ${words.value.text} ${pickedWords()}` : ""}
    </p>
  );
}

/** What the arrow keys stand on: "Layer 2, unit 5: value 0.3, error −0.02." */
function pickedWords(): string {
  const built = graph.value;
  const shown = frame.value;
  const picked = selection.value;
  if (!built || !shown || !picked || picked.kind === "layer") return "";
  if (picked.node < 0) {
    const name = built.data.feature_names[picked.row] ?? String(picked.row + 1);
    return t("spoken.input", { name, value: format(shown.value(-1)[picked.row] ?? NaN) });
  }
  const column = built.nodes[picked.node]?.column ?? 0;
  const linear = built.nodes.findIndex((node) => node.column === column);
  const place = { layer: column, unit: picked.row + 1 };
  if (picked.kind === "unit") {
    const value = reached("forward", picked.node) ? format(shown.value(picked.node)[picked.row] ?? NaN) : t("mark.waiting");
    const error = reached("backward", errorMadeBy(built, linear)) ? format(shown.delta(linear)[picked.row] ?? NaN) : t("mark.waiting");
    return t("spoken.unit", { ...place, value, error });
  }
  const weight = built.parameters[weightOf(built, linear)];
  const known = reached("backward", linear) && weight;
  const gradient = known ? format(entry(shown, weight, "gradient", picked.row, picked.column)) : t("mark.waiting");
  return t("spoken.weight", { ...place, from: picked.column + 1, gradient });
}

function useNarration(): { value: Narration } {
  return useComputed<Narration>(() => {
    const built = graph.value;
    const shown = frame.value;
    const now = built?.visits[visit.value];
    const inLine = place.value > 0 && t("line.place", { place: place.value });
    if (!built || !shown || !now) return { title: inLine || t("stage.waiting"), text: "" };
    if (live() && !shown.broken) return liveWords(shown.loss, shown.testLoss, shown.accuracy, shown.step);
    return narrate(built, shown, { visit: now, done: progress(visit.value, position.value) >= 1, optimizer: experiment.value?.optimizer.kind ?? "" });
  });
}

function liveWords(loss: number, testLoss: number, accuracy: number, step: number): Narration {
  const values = { step, loss: format(loss), test: format(testLoss), accuracy: (100 * accuracy).toFixed(1) };
  const text = Number.isNaN(accuracy) ? t("narration.live.text", values) : t("narration.live.text.accuracy", values);
  return { title: t("narration.live", values), text };
}
