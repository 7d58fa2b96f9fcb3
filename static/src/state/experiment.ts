/** The experiment being edited, its undo stack, and what is wrong with it. */
import { computed, signal } from "@preact/signals";
import type { Experiment, Fault } from "../wire/messages";

export const experiment = signal<Experiment | null>(null);
export const problems = signal<readonly Fault[]>([]);

const past = signal<readonly Experiment[]>([]);
const future = signal<readonly Experiment[]>([]);
/** Counts what the person has changed; what the service fills in is no change. */
export const changes = signal(0);
export const canUndo = computed(() => past.value.length > 0);
export const canRedo = computed(() => future.value.length > 0);

const MOST = 100;

/** Replace the experiment; the one before can be had back. */
export function change(next: Experiment): void {
  if (experiment.value) remember(experiment.value);
  show(next);
}

/** An experiment that is replaced, so that it can be had back. */
export function remember(before: Experiment): void {
  past.value = [...past.value.slice(-MOST + 1), before];
  future.value = [];
}

export function undo(): void {
  const before = past.value.at(-1);
  if (!before || !experiment.value) return;
  future.value = [experiment.value, ...future.value];
  past.value = past.value.slice(0, -1);
  show(before);
}

export function redo(): void {
  const [next, ...rest] = future.value;
  if (!next || !experiment.value) return;
  past.value = [...past.value, experiment.value];
  future.value = rest;
  show(next);
}

function show(next: Experiment): void {
  experiment.value = next;
  changes.value += 1;
}

/** The problems of one place, or of anything inside it. */
export function problemsAt(where: string): readonly Fault[] {
  return problems.value.filter((p) => p.where === where || p.where.startsWith(`${where}.`));
}
