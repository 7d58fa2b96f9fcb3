/** The visit ruler: one step's visits as cells, under a lens that widens it from the timeline. Pure draws. */
import type { Palette } from "../paint/palette";
import type { Graph } from "../wire/messages";
import { visitMark, visitName } from "../words/names";
import { t, type Key } from "../words/words";
import { LEFT, RIGHT, type TimelineLook } from "./timeline";

export const RULER = { y: 115, height: 24 };
const LENS_TOP = 101;

export interface RulerLook extends TimelineLook {
  position: number;
  step: number;
  /** Where the step stands on the timeline above. */
  playhead: number;
  optimizer: string;
}

export function visitAt(graph: Graph, x: number, width: number): number {
  const share = (x - LEFT) / (width - LEFT - RIGHT);
  return Math.max(0, Math.min(graph.visits.length, share * graph.visits.length));
}

export function drawRuler(context: CanvasRenderingContext2D, graph: Graph, look: RulerLook): void {
  const { width, palette, position } = look;
  const cell = (width - LEFT - RIGHT) / graph.visits.length;
  drawLens(context, look);
  context.save();
  context.font = `11px ${palette.sans}`;
  context.fillStyle = palette.ink2;
  context.textAlign = "right";
  context.fillText(t("timeline.step", { step: look.step }), LEFT - 12, RULER.y + 16);
  for (const [index, visit] of graph.visits.entries())
    drawCell(context, { x: LEFT + index * cell, cell, done: Math.max(0, Math.min(1, position - index)) }, [visitName(graph, visit, look.optimizer), visitMark(graph, visit)], palette);
  drawPhases(context, graph, cell, look);
  const x = LEFT + Math.min(position, graph.visits.length) * cell;
  context.strokeStyle = context.fillStyle = palette.light;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x, RULER.y);
  context.lineTo(x, RULER.y + RULER.height);
  context.stroke();
  context.beginPath();
  context.moveTo(x - 4, RULER.y - 6);
  context.lineTo(x + 4, RULER.y - 6);
  context.lineTo(x + 4, RULER.y - 3.5);
  context.lineTo(x, RULER.y + 0.5);
  context.lineTo(x - 4, RULER.y - 3.5);
  context.fill();
  context.restore();
}

function drawCell(
  context: CanvasRenderingContext2D,
  { x, cell, done }: { x: number; cell: number; done: number },
  names: readonly string[],
  palette: Palette,
): void {
  const gap = cell > 12 ? 2 : 0.5;
  const now = done > 0 && done < 1;
  context.save();
  context.beginPath();
  context.roundRect(x + gap / 2, RULER.y, Math.max(1, cell - gap), RULER.height, cell > 12 ? 4 : 1);
  if (done > 0) {
    context.fillStyle = palette.raised;
    context.fill();
  }
  if (now || done === 0) {
    context.strokeStyle = now ? palette.ink : palette.control;
    context.lineWidth = now ? 1.2 : 1.5;
    if (!now) {
      context.setLineDash([0.1, 4]);
      context.lineCap = "round";
    }
    context.stroke();
  }
  if (now) {
    context.clip();
    context.globalAlpha = 0.1;
    context.fillStyle = palette.light;
    context.fillRect(x, RULER.y, cell * done, RULER.height);
    context.globalAlpha = 1;
  }
  context.setLineDash([]);
  context.font = `${now ? 500 : 400} 12px ${palette.sans}`;
  context.textAlign = "center";
  context.fillStyle = now ? palette.ink : done > 0 ? palette.ink2 : palette.ink3;
  const words = names.find((name) => context.measureText(name).width < cell - 6);
  if (words) context.fillText(words, x + cell / 2, RULER.y + 16);
  context.restore();
}

function drawPhases(context: CanvasRenderingContext2D, graph: Graph, cell: number, { palette, position }: RulerLook): void {
  const visits = graph.visits;
  const now = visits[Math.min(visits.length - 1, Math.floor(position))]?.phase;
  let start = 0;
  for (let i = 1; i <= visits.length; i++) {
    const phase = visits[start]?.phase ?? "forward";
    if (visits[i]?.phase === phase) continue;
    const [x1, x2] = [LEFT + start * cell + 2, LEFT + i * cell - 2];
    context.strokeStyle = phase === now ? palette.ink : palette.lineStrong;
    context.lineWidth = phase === now ? 1.5 : 1;
    context.beginPath();
    context.moveTo(x1, RULER.y + 29);
    context.lineTo(x2, RULER.y + 29);
    context.stroke();
    context.font = `11px ${palette.sans}`;
    context.textAlign = "left";
    context.fillStyle = phase === now ? palette.ink : palette.ink3;
    const words = t(`phase.${phase}` satisfies Key);
    if (context.measureText(words).width <= x2 - x1) context.fillText(words, x1 + 2, RULER.y + 41);
    start = i;
  }
}

function drawLens(context: CanvasRenderingContext2D, { width, palette, playhead }: RulerLook): void {
  const [left, right] = [LEFT, width - RIGHT];
  context.save();
  context.globalAlpha = 0.055;
  context.fillStyle = palette.light;
  context.beginPath();
  context.moveTo(playhead - 1.2, LENS_TOP);
  context.bezierCurveTo(playhead - 1.2, LENS_TOP + 9, left, LENS_TOP + 5, left, RULER.y);
  context.lineTo(right, RULER.y);
  context.bezierCurveTo(right, LENS_TOP + 5, playhead + 1.2, LENS_TOP + 9, playhead + 1.2, LENS_TOP);
  context.fill();
  context.restore();
}
