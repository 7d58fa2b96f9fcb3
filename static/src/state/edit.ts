/** A change that is made to the run as it goes, the learning rate; all others begin it again. */
import { batch } from "@preact/signals";
import type { Experiment } from "../wire/messages";
import * as story from "./experiment";
import { adopt, editRate, frame, opening, whenBack } from "./run";

export function setRate(of: Experiment, lr: number): void {
  whenBack(() => make(() => story.change({ ...of, optimizer: { ...of.optimizer, lr } })));
}

/** What was made to the run as it went is taken back as it goes: its steps so far are not thrown away. */
export function undo(): void {
  whenBack(() => make(story.undo));
}

export function redo(): void {
  whenBack(() => make(story.redo));
}

/** Makes a change, as an edit at the step shown where it is one; not where there is no run of this experiment. */
function make(change: () => void): void {
  const before = story.experiment.peek();
  const runs = frame.peek() !== null && story.problems.peek().length === 0 && !opening();
  batch(() => {
    change();
    const after = story.experiment.peek();
    if (!runs || !before || !after || after === before || !differInRateAlone(before, after)) return;
    adopt(after);
    void editRate(after.optimizer.lr);
  });
}

function differInRateAlone(one: Experiment, other: Experiment): boolean {
  return JSON.stringify({ ...one, optimizer: { ...one.optimizer, lr: other.optimizer.lr } }) === JSON.stringify(other);
}
