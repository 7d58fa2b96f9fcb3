/** The edges between two columns, drawn: which of them, how bright, how far. */
import type { Direction } from "../paint/arrow";
import { curve, type Curve } from "../paint/bezier";
import { drawBand, drawEdge, type Span } from "../paint/edge";
import { DOTS } from "../paint/marks";
import type { Palette } from "../paint/palette";
import type { Selection } from "../state/selection";
import { ends } from "./layout";
import type { Bundle } from "./scene";

export interface Edge {
  i: number;
  j: number;
  value: number | null;
  curve: Curve;
}

/**
 * The strongest `most` edges of a bundle, weakest first so that the strong lie on top; and how many there are.
 * A selected weight is among them however weak it is.
 */
export function edgesOf(bundle: Bundle, most: number, selection: Selection | null = null): { edges: Edge[]; total: number } {
  const rows = bundle.to.units.length;
  const columns = bundle.from.picture ? bundle.from.total : bundle.from.units.length;
  const edges: Edge[] = [];
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const place = ends(bundle.from, bundle.to, i, j);
      if (!place) continue;
      const [x1, y1] = place.from;
      const [x2, y2] = place.to;
      edges.push({ i, j, value: bundle.value(i, j), curve: curve({ x: x1, y: y1 }, { x: x2, y: y2 }) });
    }
  }
  edges.sort((a, b) => rank(a.value) - rank(b.value));
  const strongest = edges.slice(Math.max(0, edges.length - most));
  const weak = edges.slice(0, edges.length - strongest.length).find((edge) => isPicked(selection, bundle, edge));
  if (weak) strongest[0] = weak;
  return { edges: strongest, total: bundle.from.total * bundle.to.total };
}

/** What is not finite is worth seeing first. */
function rank(value: number | null): number {
  if (value === null) return -1;
  return Number.isFinite(value) ? Math.abs(value) : Infinity;
}

function isPicked(selection: Selection | null, bundle: Bundle, { i, j }: Edge): boolean {
  return selection?.kind === "weight" && selection.node === bundle.to.linear && selection.row === j && selection.column === i;
}

/** How much an edge stands out: all alike, or those of the selection at full strength and the rest at a third. */
export function strength(selection: Selection | null, bundle: Bundle, edge: Edge): number {
  if (!selection || selection.kind === "layer") return 1;
  if (selection.kind === "weight") return isPicked(selection, bundle, edge) ? 1 : REST;
  const into = selection.node === bundle.to.last || selection.node === bundle.to.linear;
  const outOf = selection.node === bundle.from.last;
  return (into && selection.row === edge.j) || (outOf && selection.row === edge.i) ? 1 : REST;
}

const REST = 0.33;
/** Arrowheads of one bundle: the strongest tell the direction, more would be a wall. */
const HEADS = 24;

export interface BundleLook {
  palette: Palette;
  selection: Selection | null;
  /** Where the front stands, if it is inside this bundle. */
  front: { x: number; direction: 1 | -1 } | null;
  edges: readonly Edge[];
  /** Share by which an update's edges swell, 0 to 1. */
  swell?: number;
}

export function drawBundle(context: CanvasRenderingContext2D, bundle: Bundle, look: BundleLook): void {
  const { palette, front, edges, selection } = look;
  const arrow: Direction = bundle.state === "backward" ? "backward" : "forward";
  const span = front ? lit(front) : undefined;
  const unsent = edges.length > 0 && edges.every((edge) => edge.value === null);
  if (bundle.state === "waiting" || span || unsent) drawGround(context, edges, palette, bundle.state === "waiting");
  if (bundle.state === "waiting" || unsent) return;
  const crowded = edges.length > 400;
  for (const [k, edge] of edges.entries()) {
    if (edge.value === null) continue;
    const strong = strength(selection, bundle, edge);
    const picked = selection?.kind === "weight" && strong === 1;
    const swelling = (look.swell ?? 0) * 0.3 + 1;
    const fade = (bundle.state === "forward" ? 0.6 : 0.85) * strong * (crowded ? 0.75 : 1);
    drawEdge(context, edge.curve, {
      value: edge.value,
      palette,
      fade: Math.min(1, fade * swelling),
      selected: picked,
      ...(span ? { span } : {}),
      ...(picked || k >= edges.length - HEADS ? { arrow } : {}),
    });
    if (front && strong === 1 && !crowded)
      drawBand(context, edge.curve, { value: edge.value, palette, x: front.x, direction: arrow, fade: 0.85 });
  }
}

/** What the front has passed. */
function lit({ x, direction }: { x: number; direction: 1 | -1 }): Span {
  return direction === 1 ? { from: -Infinity, to: x } : { from: x, to: Infinity };
}

/** The lines before the pass: dots where nothing has come yet, hairlines under what is on its way. */
function drawGround(context: CanvasRenderingContext2D, edges: readonly Edge[], palette: Palette, waiting: boolean): void {
  context.save();
  context.lineWidth = 0.8;
  context.globalAlpha = waiting ? 0.5 : 0.45;
  context.strokeStyle = waiting ? palette.control : palette.dim;
  if (waiting) {
    context.setLineDash([...DOTS]);
    context.lineCap = "round";
    context.lineWidth = 1.4;
  }
  const most = waiting ? 300 : 600; // hairlines tell that there are edges, not which
  const every = Math.max(1, Math.ceil(edges.length / most));
  for (let k = 0; k < edges.length; k += every) {
    const [a, b, c, d] = (edges[k] as Edge).curve;
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.bezierCurveTo(b.x, b.y, c.x, c.y, d.x, d.y);
    context.stroke();
  }
  context.restore();
}
