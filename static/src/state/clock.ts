/** The one clock: from time passed to a new place in the step, or to a number of steps to ask for. Pure. */
import type { Graph, Visit } from "../wire/messages";
import type { Dial } from "./moment";

/** Milliseconds a visit takes at normal speed. */
const FRONT = 1250;
const ACTIVATION = 500;
const LOSS = 750;
const UPDATE = 1500;
/** A breath between one step and the next. */
export const REST = 250;

export function duration(graph: Graph, visit: Visit): number {
  if (visit.phase === "update") return UPDATE;
  const node = graph.nodes[visit.node];
  if (visit.node === graph.nodes.length - 1) return LOSS;
  const opens = visit.node === 0 || graph.nodes[visit.node - 1]?.column !== node?.column;
  return opens ? FRONT : ACTIVATION;
}

/** The place `milliseconds` after `at`; it stops at the end of the step. */
export function moved(graph: Graph, at: number, milliseconds: number, motion: number): number {
  const count = graph.visits.length;
  let left = milliseconds * motion;
  let place = at;
  while (place < count) {
    const index = Math.floor(place);
    const whole = duration(graph, graph.visits[index] as Visit);
    const rest = (index + 1 - place) * whole;
    if (left < rest) return place + left / whole;
    left -= rest;
    place = index + 1;
  }
  return count;
}

/** Steps that are due: the whole ones of what has piled up, and the rest to carry over. At most ten a frame. */
export function due(piled: number): { steps: number; rest: number } {
  const steps = Math.min(10, Math.floor(piled));
  return { steps, rest: Math.min(1, piled - steps) };
}

/** The next place, or the one before, for one press of the dial; `step` says by how many whole steps to move. */
export interface Press {
  position: number;
  step: number;
}

export function press(graph: Graph, at: number, dial: Dial, direction: 1 | -1, step: number): Press {
  const count = graph.visits.length;
  if (dial === "step" || dial === "epoch") {
    const every = dial === "step" ? 1 : graph.batches;
    return direction === 1 ? onward(count, at, step, every) : backward(count, step, every);
  }
  const stops = boundaries(graph, dial);
  const next = direction === 1 ? stops.find((s) => s > at + 1e-6) : stops.findLast((s) => s < at - 1e-6);
  if (next !== undefined) return { position: next, step: 0 };
  if (direction === 1) return { position: stops[0] ?? 0, step: 1 };
  return backward(count, step, 1);
}

/** To the end of the next step whose number divides by `every`: of the one under way, if it does. */
function onward(count: number, at: number, step: number, every: number): Press {
  const place = step % every;
  return { position: count, step: place === 0 && at < count ? 0 : every - place };
}

/** To the end of the one before; before the first there is only the start. */
function backward(count: number, step: number, every: number): Press {
  const to = step - (step % every || every);
  return to < 1 ? { position: 0, step: 1 - step } : { position: count, step: to - step };
}

/** Where a press of a dial stops inside a step: the end of each visit, of each layer's visits, of each phase. */
export function boundaries(graph: Graph, dial: Dial): number[] {
  const visits = graph.visits;
  const key = (v: Visit | undefined): string => {
    if (!v || dial === "operation") return `${v?.phase} ${v?.node}`;
    return dial === "phase" ? v.phase : `${v.phase} ${graph.nodes[v.node]?.column ?? -1}`;
  };
  return visits.flatMap((v, i) => (key(v) === key(visits[i + 1]) ? [] : [i + 1]));
}
