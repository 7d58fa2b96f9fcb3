/** Where the film stands: a place inside the step shown, how fast it runs, and what has been reached by then. */
import { computed, signal } from "@preact/signals";
import type { Frame } from "../wire/frame";
import type { Graph, Visit } from "../wire/messages";
import { graph } from "./run";

/** Place within the step: visit index and the fraction of that visit done; the number of visits is its end. */
export const position = signal(0);
export const playing = signal(false);

/** Speeds: a share of slow motion, or whole steps a second. */
export type Speed = { label: string; motion: number; steps: number };
export const SPEEDS: readonly Speed[] = [
  { label: "⅛ ×", motion: 1 / 8, steps: 0 },
  { label: "¼ ×", motion: 1 / 4, steps: 0 },
  { label: "½ ×", motion: 1 / 2, steps: 0 },
  { label: "1 ×", motion: 1, steps: 0 },
  { label: "2 ×", motion: 2, steps: 0 },
  { label: "4 ×", motion: 4, steps: 0 },
  { label: "1/s", motion: 0, steps: 1 },
  { label: "5/s", motion: 0, steps: 5 },
  { label: "60/s", motion: 0, steps: 60 },
  { label: "600/s", motion: 0, steps: 600 },
];
export const NORMAL = 3;
export const speed = signal(NORMAL);

/** At how many steps a second the pass inside each step can still be followed by eye. */
const FOLLOWED = 5;

export function followed(at: Speed): boolean {
  return at.steps <= FOLLOWED;
}

/** Is training shown step by step, too fast to follow a pass? */
export function live(): boolean {
  return playing.value && !followed(SPEEDS[speed.value] as Speed);
}

export const DIALS = ["operation", "layer", "phase", "step", "epoch"] as const;
export type Dial = (typeof DIALS)[number];
export const dial = signal<Dial>("operation");

/** The visit a position lies in. A whole position is the end of a visit, not the beginning of the next. */
export function visitAt(of: Graph, at: number): number {
  return Math.max(0, Math.min(of.visits.length, Math.ceil(at)) - 1);
}

/** The visit under way, or just done. */
export const visit = computed<number>(() => (graph.value ? visitAt(graph.value, position.value) : 0));

/** The share of its time in which a visit's front arrives; for the rest it holds, so that its numbers can be read. */
const TRAVEL = 0.7;

/** How much of a visit is done at a position: 0 before it, 1 once its front has arrived. */
export function progress(index: number, at: number): number {
  return Math.max(0, Math.min(1, (at - index) / TRAVEL));
}

/** Index of a node's visit in a phase; -1 if it has none. The loss is visited as "loss" going forward. */
export function visitOf(of: Graph, phase: Visit["phase"], node: number): number {
  const wanted = phase === "forward" && node === of.nodes.length - 1 ? "loss" : phase;
  return of.visits.findIndex((v) => v.phase === wanted && (wanted === "update" || v.node === node));
}

/** Had the pass finished a node's turn in a phase by a position? */
export function reachedAt(of: Graph, phase: Visit["phase"], node: number, at: number): boolean {
  const index = visitOf(of, phase, node);
  return index >= 0 && progress(index, at) >= 1;
}

/** The place in a step at which the pass has come to the number that broke first; 0 if that was in an earlier step. */
export function breaksAt(of: Graph, { broken, step }: Pick<Frame, "broken" | "step">): number {
  if (!broken || broken.step > step) return Infinity;
  return broken.step < step ? 0 : visitOf(of, broken.phase, broken.node) + 1;
}

/** Has the pass shown finished a node's turn in a phase? What it has not reached is not shown. */
export function reached(phase: Visit["phase"], node: number): boolean {
  return graph.value !== null && reachedAt(graph.value, phase, node, position.value);
}
