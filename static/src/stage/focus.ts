/** Keys on the stage: arrows follow the graph, Enter opens a unit's weights, Escape goes back. Pure. */
import { columnAt, isMatrix, sourceOf, weightOf } from "../state/flow";
import type { Graph } from "../wire/messages";
import type { Selection } from "../state/selection";
import type { StageLayout } from "./layout";

export interface Focus {
  column: number;
  row: number;
}

/** Where an arrow leads from a unit: along its column, or to the nearest unit of the next. */
export function step(layout: StageLayout, from: Focus, key: string): Focus {
  const here = layout.columns[from.column]?.units[from.row];
  if (key === "ArrowUp" || key === "ArrowDown") {
    const count = layout.columns[from.column]?.units.length ?? 1;
    return { column: from.column, row: Math.max(0, Math.min(count - 1, from.row + (key === "ArrowDown" ? 1 : -1))) };
  }
  const column = from.column + (key === "ArrowRight" ? 1 : -1);
  const units = layout.columns[column]?.units;
  if (!units || units.length === 0 || !here) return from;
  let row = 0;
  for (const [k, unit] of units.entries()) if (Math.abs(unit.y - here.y) < Math.abs((units[row]?.y ?? 0) - here.y)) row = k;
  return { column, row };
}

/** The unit under the keys as a selection. */
export function unitSelection(layout: StageLayout, at: Focus): Selection | null {
  const column = layout.columns[at.column];
  if (!column || column.linear < 0) return null;
  return { kind: "unit", node: column.last, row: at.row };
}

/** From a unit into its weights, and along them. */
export function weightSelection(graph: Graph, layout: StageLayout, at: Focus, weight: number): Selection | null {
  const column = layout.columns[at.column];
  const before = layout.columns[columnAt(graph, sourceOf(graph, column?.linear ?? -1))];
  const parameter = graph.parameters[weightOf(graph, column?.linear ?? -1)];
  if (!column || !before || !parameter || !isMatrix(graph, parameter)) return null;
  const count = before.total;
  return { kind: "weight", node: column.linear, row: at.row, column: ((weight % count) + count) % count };
}
