/** The two canvases: what stands still while a visit runs, and what moves. Pure draws of a scene. */
import { curve } from "../paint/bezier";
import { drawEdge } from "../paint/edge";
import { drawFront } from "../paint/front";
import type { Palette } from "../paint/palette";
import { drawBundle, edgesOf, type Edge } from "./bundle";
import { drawBridge, drawHeadings } from "./bridge";
import { drawChips } from "./chips";
import type { Box, Column } from "./layout";
import type { StageLook } from "./look";
import type { Bundle, Scene } from "./scene";
import { drawLoss, drawUnits } from "./units";

/** What was left out, to be said beside the picture. */
export interface LeftOut {
  drawn: number;
  total: number;
}

/** Everything but the visit under way. */
export function drawStill(context: CanvasRenderingContext2D, scene: Scene, look: StageLook): LeftOut {
  const left = { drawn: 0, total: 0 };
  drawHeadings(context, scene, look);
  for (const bundle of scene.bundles) {
    const { edges, total } = edgesOf(bundle, look.most, look.selection);
    left.drawn += edges.length;
    left.total += total;
    if (!moves(bundle)) drawBundle(context, bundle, { ...look, front: null, edges });
  }
  drawLossEdges(context, scene, look.palette);
  drawLoss(context, scene, look.palette);
  drawBridge(context, scene, look);
  return left;
}

/** The visit under way, the units, and what is picked out. */
export function drawMoving(context: CanvasRenderingContext2D, scene: Scene, look: StageLook): void {
  for (const bundle of scene.bundles) {
    if (!moves(bundle)) continue;
    const { edges } = edgesOf(bundle, look.most, look.selection);
    const swell = bundle.state === "update" ? Math.sin(Math.PI * Math.min(1, scene.within)) : 0;
    drawBundle(context, bundle, { ...look, front: bundle.state === "update" ? null : scene.front, edges, swell });
  }
  const { front, layout } = scene;
  if (front)
    drawFront(context, {
      x: front.x,
      top: layout.top - 8,
      bottom: layout.bottom + 8,
      direction: front.direction === 1 ? "forward" : "backward",
      palette: look.palette,
    });
  drawPicked(context, scene, look);
  drawUnits(context, scene, look);
  if (look.focus) drawFocus(context, scene, look.focus, look.palette);
  drawChips(context, scene, look);
}

/** A bundle is on the moving canvas while its visit runs, or its weights take their update. */
export function moves(bundle: Bundle): boolean {
  return bundle.active || bundle.state === "update";
}

/** The chosen weight lies over everything, at full strength. */
function drawPicked(context: CanvasRenderingContext2D, scene: Scene, { selection, palette }: StageLook): void {
  if (selection?.kind !== "weight") return;
  const bundle = scene.bundles.find((b) => b.to.linear === selection.node);
  if (!bundle || moves(bundle)) return;
  const edge = edgesOf(bundle, Infinity).edges.find((e: Edge) => e.i === selection.column && e.j === selection.row);
  if (!edge || edge.value === null) return;
  const direction = bundle.state === "backward" ? "backward" : "forward";
  drawEdge(context, edge.curve, { value: edge.value, palette, selected: true, reached: bundle.state !== "waiting", arrow: direction });
}

/** Output and loss are joined: plain going forward, by ∂L/∂z coming back. */
function drawLossEdges(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const output = scene.layout.columns.at(-1) as Column;
  const errors = scene.frame.delta(output.last);
  const { loss } = scene.layout;
  for (const [row, box] of output.units.entries()) {
    const from = { x: box.x + box.width / 2 + 4, y: box.y };
    const edge = curve(from, { x: loss.x - loss.width / 2 - 2, y: loss.y + fan(row, output.units.length) });
    if (scene.lossError) {
      drawEdge(context, edge, { value: errors[row] ?? NaN, palette, fade: 0.9, arrow: "backward" });
      continue;
    }
    context.save();
    context.strokeStyle = palette.dim;
    context.lineWidth = 1;
    const [a, b, c, d] = edge;
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.bezierCurveTo(b.x, b.y, c.x, c.y, d.x, d.y);
    context.stroke();
    context.restore();
  }
}

function fan(k: number, n: number): number {
  return (k - (n - 1) / 2) * Math.min(3, 30 / n);
}

/** Where the keys are. */
function drawFocus(context: CanvasRenderingContext2D, scene: Scene, focus: { column: number; row: number }, palette: Palette): void {
  const box: Box | undefined = scene.layout.columns[focus.column]?.units[focus.row];
  if (!box) return;
  context.save();
  context.strokeStyle = palette.focus;
  context.lineWidth = 2;
  const half = box.width / 2 + 10;
  context.beginPath();
  context.roundRect(box.x - half, box.y - half, 2 * half, 2 * half, 12);
  context.stroke();
  context.restore();
}
