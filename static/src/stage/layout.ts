/** Where everything stands: columns of units, and the ends of every edge. Pure: graph and size in, places out. */
import { activationOf } from "../state/flow";
import type { Graph } from "../wire/messages";

export interface Box {
  /** Centre. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Column {
  index: number;
  /** The node whose weights lead here; -1 for the input. */
  linear: number;
  /** The node whose output the units show: the column's last; -1 for the input itself. */
  last: number;
  /** The node whose δ their rings show: of a layer and its activation ∂L/∂z, else the one whose output is shown. */
  error: number;
  total: number;
  x: number;
  /** The units drawn, the first of `total`; a picture input is one box and has none. */
  units: Box[];
  picture: Box | null;
}

export interface StageLayout {
  width: number;
  height: number;
  top: number;
  bottom: number;
  columns: Column[];
  loss: Box;
  /** Is there room for the meters below the units? */
  meters: boolean;
}

/** Room above the units for the headings, and below them for the meters; without room the meters go first. */
export const HEADING = 44;
export const METERS = 66;
const ROOMY = 210;
const MARGIN = 58;
const LOSS_RADIUS = 20;
const UNIT = 38;
const LEAST = 7;
const OUTPUT = 64;

export function layoutOf(graph: Graph, width: number, height: number): StageLayout {
  const meters = height >= ROOMY;
  const top = meters ? HEADING : HEADING - 10;
  const bottom = Math.max(top + 40, height - (meters ? METERS : 12));
  const count = graph.nodes[graph.nodes.length - 1]?.column ?? 1;
  const columns: Column[] = [];
  const margin = Math.min(MARGIN, width * 0.075);
  const span = (width - 2 * margin - LOSS_RADIUS) / count;
  for (let index = 0; index < count; index++) {
    columns.push(column(graph, index, margin + 12 + span * index, span, top, bottom));
  }
  const loss = { x: width - margin, y: (top + bottom) / 2, width: 2 * LOSS_RADIUS, height: 2 * LOSS_RADIUS };
  return { width, height, top, bottom, columns, loss, meters };
}

function column(graph: Graph, index: number, x: number, span: number, top: number, bottom: number): Column {
  const nodes = graph.nodes.flatMap((node, i) => (node.column === index ? [i] : []));
  const linear = index === 0 ? -1 : (nodes[0] ?? -1);
  const last = nodes.at(-1) ?? -1;
  const error = index > 0 && activationOf(graph, linear) === last ? linear : last;
  const total = index === 0 ? graph.data.features : (graph.nodes[last]?.units ?? 0);
  const middle = (top + bottom) / 2;
  if (index === 0 && graph.data.picture) {
    const side = Math.min(112, span * 0.62, 2 * x - 12, bottom - top);
    return { index, linear, last, error, total, x, units: [], picture: { x, y: middle, width: side, height: side } };
  }
  const isOutput = index === (graph.nodes.at(-2)?.column ?? 0);
  const largest = Math.min(isOutput && total === 1 && graph.data.features === 2 ? OUTPUT : UNIT, span * 0.42);
  const room = bottom - top;
  const shown = Math.min(total, Math.floor(room / (LEAST + 3)));
  const pitch = Math.min(room / shown, Math.max(largest + 12, 50));
  const size = Math.max(LEAST, Math.min(largest, pitch - (pitch > 24 ? 12 : 3)));
  const first = middle - (pitch * (shown - 1)) / 2;
  const units = Array.from({ length: shown }, (_, i) => ({ x, y: first + i * pitch, width: size, height: size }));
  return { index, linear, last, error, total, x, units, picture: null };
}

export interface Ends {
  from: readonly [number, number];
  to: readonly [number, number];
}

/** The ends of the edge from unit `i` of a column to unit `j` of the next, fanned out so that heads arrive side by side. */
export function ends(from: Column, to: Column, i: number, j: number): Ends | null {
  const target = to.units[j];
  if (!target) return null;
  const sources = from.picture ? from.total : from.units.length;
  if (i >= sources) return null;
  const x2 = target.x - target.width / 2;
  const y2 = target.y + fan(i, sources, target.height);
  if (from.picture) return { from: pixel(from.picture, i, from.total), to: [x2, y2] };
  const source = from.units[i] as Box;
  const y1 = source.y + fan(j, to.units.length, source.height);
  return { from: [source.x + source.width / 2, y1], to: [x2, y2] };
}

/** Offset of the k-th of n ends along a side. */
function fan(k: number, n: number, side: number): number {
  const pitch = Math.min(4.8, (side * 0.84) / Math.max(1, n - 1));
  return (k - (n - 1) / 2) * pitch;
}

/** An edge from a picture starts at its right side, at the height of its pixel. */
function pixel(picture: Box, i: number, total: number): [number, number] {
  const across = Math.round(Math.sqrt(total));
  const row = Math.floor(i / across);
  const within = (i % across) / across;
  const y = picture.y - picture.height / 2 + ((row + 0.5 + (within - 0.5) * 0.7) * picture.height) / across;
  return [picture.x + picture.width / 2, y];
}

/** The unit under a point, if any. */
export function unitAt(layout: StageLayout, x: number, y: number): { column: Column; row: number } | null {
  for (const column of layout.columns) {
    for (const [row, unit] of column.units.entries()) {
      const reach = Math.max(unit.width / 2 + 3, 8);
      if (Math.abs(x - unit.x) <= reach && Math.abs(y - unit.y) <= Math.max(unit.height / 2 + 1, 3)) return { column, row };
    }
  }
  return null;
}
