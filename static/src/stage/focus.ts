/** Keys on the stage: arrows follow the graph, Enter opens a unit's weights, Escape goes back. Pure. */
import { columnAt, isMatrix, sourceOf, weightOf } from "../state/flow";
import type { Graph } from "../wire/messages";
import type { Selection } from "../state/selection";
import type { StageLayout } from "./layout";

/** A unit; with row −1 a column as a whole, and the loss is the column after the last. */
export interface Focus {
  column: number;
  row: number;
}

export const FIRST: Focus = { column: 1, row: 0 };

/** Where the keys stand when something is selected: by keys or not, they act on what one sees selected. */
export function placeOf(graph: Graph, chosen: Selection): Focus {
  return { column: columnAt(graph, chosen.node), row: chosen.kind === "layer" ? -1 : chosen.row };
}

/**
 * What a key selects; undefined if it is none of the stage's. `stood` is where the keys stood when something was last
 * selected: what is selected now counts before it, since the next key can come before anything has been drawn.
 */
export function pressed(graph: Graph, layout: StageLayout, stood: Focus, chosen: Selection | null, key: string): Selection | null | undefined {
  const from = chosen ? placeOf(graph, chosen) : stood;
  const along = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (chosen?.kind === "weight" && along) return weightSelection(graph, layout, from, chosen.column + along);
  if (key.startsWith("Arrow")) return unitSelection(layout, step(layout, from, key)) ?? chosen;
  if (key === "Enter") return (chosen?.kind === "unit" && weightSelection(graph, layout, from, 0)) || (unitSelection(layout, from) ?? chosen);
  if (key === "Escape") return chosen?.kind === "weight" ? unitSelection(layout, from) : null;
  return undefined;
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
  if (!units || units.length === 0) return from;
  const y = here?.y ?? layout.loss.y;
  let row = 0;
  for (const [k, unit] of units.entries()) if (Math.abs(unit.y - y) < Math.abs((units[row]?.y ?? 0) - y)) row = k;
  return { column, row };
}

/** The unit under the keys as a selection; of a column as a whole, its first. */
export function unitSelection(layout: StageLayout, at: Focus): Selection | null {
  const column = layout.columns[at.column];
  return column && column.units.length > 0 ? { kind: "unit", node: column.last, row: Math.max(0, at.row) } : null;
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
