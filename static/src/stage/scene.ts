/** What the stage shows at a moment: which edges carry which numbers, how far the front has come. Pure. */
import { entry, type Frame } from "../wire/frame";
import type { Graph, Visit } from "../wire/messages";
import { columnAt, errorMadeBy, isMatrix, isSpread, sourceOf, weightOf } from "../state/flow";
import { progress, visitAt, visitOf } from "../state/moment";
import type { Column, StageLayout } from "./layout";

export type Shows = "example" | "batch";

/** What the edges between two columns show. */
export interface Bundle {
  from: Column;
  to: Column;
  /** Nothing yet; values on their way right; gradients on their way left; the change each weight takes. */
  state: "waiting" | "forward" | "backward" | "update";
  /** Is their node's visit the one under way? */
  active: boolean;
  /** null where the frame does not carry the number: a layer too large to be sent. */
  value: (i: number, j: number) => number | null;
}

export interface Scene {
  graph: Graph;
  layout: StageLayout;
  frame: Frame;
  position: number;
  visit: Visit;
  /** Fraction of the current visit that is done. */
  within: number;
  bundles: Bundle[];
  /** Is a column's value known, and its error ∂L/∂z? */
  values: boolean[];
  errors: boolean[];
  front: { x: number; direction: 1 | -1 } | null;
  lossKnown: boolean;
  lossError: boolean;
}

/** `live` is training too fast to follow: the whole pass is over, and its gradients stay in sight. */
export function sceneAt(
  graph: Graph,
  layout: StageLayout,
  frame: Frame,
  position: number,
  shows: Shows,
  live = false,
): Scene {
  const index = visitAt(graph, position);
  const visit = graph.visits[index] as Visit;
  const within = progress(index, position);
  const done = (phase: Visit["phase"], node: number): number => progress(visitOf(graph, phase, node), position);
  const lossNode = graph.nodes.length - 1;
  const backwardBegun = position > visitOf(graph, "backward", lossNode);
  const columns = layout.columns;
  const bundles = columns.slice(1).map((to): Bundle => {
    const from = columns[columnAt(graph, sourceOf(graph, to.linear))] as Column;
    const forward = done("forward", to.linear);
    const backward = done("backward", to.linear);
    const active = visit.node === to.linear && visit.phase !== "update";
    const state = visit.phase === "update" && !live ? "update" : backwardBegun ? (backward > 0 ? "backward" : "waiting") : forward > 0 ? "forward" : "waiting";
    return { from, to, state, active, value: numberOf(graph, frame, to, state, shows) };
  });
  return {
    graph,
    layout,
    frame,
    position,
    visit,
    within,
    bundles,
    values: columns.map((c) => c.last < 0 || done("forward", c.last) >= 1),
    errors: columns.map((c) => c.linear >= 0 && done("backward", errorMadeBy(graph, c.error)) >= 1),
    front: frontAt(layout, visit, within, lossNode),
    lossKnown: done("forward", lossNode) >= 1,
    lossError: done("backward", lossNode) > 0,
  };
}

/** The number an edge carries: its share for one example, or the sum over the batch. */
function numberOf(
  graph: Graph,
  frame: Frame,
  to: Column,
  state: Bundle["state"],
  shows: Shows,
): Bundle["value"] {
  const parameter = graph.parameters[weightOf(graph, to.linear)];
  if (!parameter || !isMatrix(graph, parameter)) return () => null;
  const kept = frame.value(sourceOf(graph, to.linear));
  if (state === "backward" && shows === "example") {
    if (isSpread(graph, to.linear)) return () => null;
    const delta = frame.delta(to.linear);
    return (i, j) => (delta[j] ?? NaN) * (kept[i] ?? NaN);
  }
  if (parameter.offset < 0) return () => null;
  if (state === "update") return (i, j) => entry(frame, parameter, "update", j, i);
  if (state === "backward") return (i, j) => entry(frame, parameter, "gradient", j, i);
  if (shows === "batch") return (i, j) => entry(frame, parameter, "before", j, i);
  return (i, j) => entry(frame, parameter, "before", j, i) * (kept[i] ?? NaN);
}

/** The one front: the line where the pass is, and which way it goes. */
function frontAt(layout: StageLayout, visit: Visit, within: number, lossNode: number): Scene["front"] {
  if (visit.phase === "update" || within >= 1) return null;
  const direction = visit.phase === "backward" ? -1 : 1;
  const [left, right] = reach(layout, visit.node, lossNode);
  const x = direction === 1 ? left + (right - left) * within : right - (right - left) * within;
  return { x, direction };
}

/** From where to where a node's visit travels. */
function reach(layout: StageLayout, node: number, lossNode: number): [number, number] {
  const columns = layout.columns;
  if (node === lossNode) return [side(columns.at(-1) as Column, 1), layout.loss.x - layout.loss.width / 2];
  const into = columns.findIndex((c) => c.linear === node);
  if (into > 0) return [side(columns[into - 1] as Column, 1), side(columns[into] as Column, -1)];
  const inside = columns.find((c) => node <= c.last) ?? (columns.at(-1) as Column);
  return [side(inside, -1), side(inside, 1)];
}

function side(column: Column, direction: 1 | -1): number {
  const width = column.picture?.width ?? column.units[0]?.width ?? 0;
  return column.x + (direction * width) / 2;
}
