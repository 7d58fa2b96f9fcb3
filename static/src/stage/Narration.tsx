/** The sentence above the stage, and the same said politely to a screen reader. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { experiment } from "../state/experiment";
import { playing, position, speed, SPEEDS, visit } from "../state/moment";
import { frame, graph } from "../state/run";
import { format } from "../numbers";
import { t } from "../words/words";
import { narrate, type Narration } from "./narration";

export function Headline(): JSX.Element {
  const words = useNarration();
  return (
    <p class="stage-headline" data-testid="headline">
      <strong>{words.value.title}</strong> {words.value.text}
    </p>
  );
}

/** Only while a person steps or watches slowly; a voice cannot follow sixty steps a second. */
export function Spoken(): JSX.Element {
  const words = useNarration();
  const slow = !playing.value || (SPEEDS[speed.value]?.motion ?? 0) > 0;
  return (
    <p class="visually-hidden" role="status">
      {slow ? `${words.value.title} ${words.value.text}` : ""}
    </p>
  );
}

function useNarration(): { value: Narration } {
  return useComputed<Narration>(() => {
    const built = graph.value;
    const shown = frame.value;
    const now = built?.visits[visit.value];
    if (!built || !shown || !now) return { title: t("stage.waiting"), text: "" };
    const fast = playing.value && (SPEEDS[speed.value]?.steps ?? 0) > 5 && position.value >= built.visits.length;
    if (fast && shown.header.faultNode < 0) return liveWords(shown.loss, shown.testLoss, shown.accuracy, shown.step);
    return narrate(built, shown, now, experiment.value?.optimizer.kind ?? "");
  });
}

function liveWords(loss: number, testLoss: number, accuracy: number, step: number): Narration {
  const values = { step, loss: format(loss), test: format(testLoss), accuracy: (100 * accuracy).toFixed(1) };
  const text = Number.isNaN(accuracy) ? t("narration.live.text", values) : t("narration.live.text.accuracy", values);
  return { title: t("narration.live", values), text };
}
