/** What lies under a pointer: a unit, else the nearest edge, else nothing. */
import { curve, distanceTo } from "../paint/bezier";
import type { Selection } from "../state/selection";
import { columnAt, isMatrix, sourceOf, weightOf } from "../state/flow";
import type { Graph } from "../wire/messages";
import { ends, unitAt, type Column, type StageLayout } from "./layout";

const REACH = 7;

export function pick(graph: Graph, layout: StageLayout, x: number, y: number): Selection | null {
  const unit = unitAt(layout, x, y);
  if (unit) return { kind: "unit", node: unit.column.last, row: unit.row };
  const { loss } = layout;
  if (Math.hypot(x - loss.x, y - loss.y) < loss.width) return { kind: "layer", node: graph.nodes.length - 1 };
  if (y < layout.top - 10) return headed(graph, layout, x);
  const to = layout.columns.find((c, k) => k > 0 && x < c.x);
  const parameter = graph.parameters[weightOf(graph, to?.linear ?? -1)];
  if (!to || !parameter || !isMatrix(graph, parameter)) return null;
  return nearest(layout.columns[columnAt(graph, sourceOf(graph, to.linear))] as Column, to, x, y);
}

/** The layer whose heading is nearest. */
function headed(graph: Graph, layout: StageLayout, x: number): Selection {
  const lossNode = graph.nodes.length - 1;
  const headings = [...layout.columns.map((c) => ({ x: c.x, node: c.linear })), { x: layout.loss.x, node: lossNode }];
  const { node } = headings.reduce((a, b) => (Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a));
  return { kind: "layer", node };
}

function nearest(from: Column, to: Column, x: number, y: number): Selection | null {
  let best = REACH;
  let found: Selection | null = null;
  const columns = from.picture ? from.total : from.units.length;
  for (let j = 0; j < to.units.length; j++) {
    for (let i = 0; i < columns; i++) {
      const place = ends(from, to, i, j);
      if (!place) continue;
      const edge = curve({ x: place.from[0], y: place.from[1] }, { x: place.to[0], y: place.to[1] });
      const distance = distanceTo(edge, { x, y });
      if (distance >= best) continue;
      best = distance;
      found = { kind: "weight", node: to.linear, row: j, column: i };
    }
  }
  return found;
}
