import { superscript } from "../../numbers";
import { DOTS, drawMark } from "../../paint/marks";
import { normColour, type Palette } from "../../paint/palette";
import { DECADES, LOWEST, type Mark } from "../../paint/scale";
import type { Summary } from "../../wire/messages";
import { apart, tallest } from "./sizes";

/** Room below the bars for the axis. */
export const FOOT = 15;
const FAINTEST = 0.45;
const SLOT = 9;
/** What stands apart, by the middle of its bar: from the left edge, or from the right one. */
const PLACES: Record<Mark, number> = { zero: 5, small: 19, large: -33, infinite: -19, nan: -5 };
const LEFT = 28;
const RIGHT = 42;

interface BarsLook {
  width: number;
  height: number;
  /** null before the numbers are there. */
  found: Summary | null;
  /** Is the axis written below? It is the same for all, so that one is enough for several. */
  axis: boolean;
  palette: Palette;
}

/**
 * How many numbers are of which size: a bar each decade of the fixed scale, and beside it what has no place there, zero
 * on the left, NaN on the right. The largest count is full height.
 */
export function drawBars(context: CanvasRenderingContext2D, look: BarsLook): void {
  const { width, height, found, axis, palette } = look;
  const floor = height - (axis ? FOOT : 1);
  context.save();
  drawGrid(context, width, floor, palette);
  drawFloor(context, width, floor, found !== null, palette);
  if (found) drawCounts(context, found, width, floor, palette);
  if (axis) drawAxis(context, width, height, palette);
  context.restore();
}

function placeOf(kind: Mark, width: number): number {
  return PLACES[kind] < 0 ? width + PLACES[kind] : PLACES[kind];
}

/** Where a whole decade stands, counted from 1e-10. */
function xOf(decade: number, width: number): number {
  return LEFT + (decade / DECADES) * (width - LEFT - RIGHT);
}

function drawGrid(context: CanvasRenderingContext2D, width: number, floor: number, palette: Palette): void {
  context.fillStyle = palette.line;
  for (let decade = 0; decade <= DECADES; decade += 2) context.fillRect(xOf(decade, width) - 0.5, 0, 1, floor);
}

/** A line under the scale, and a short one under each place beside it; in dots before the pass has come there. */
function drawFloor(context: CanvasRenderingContext2D, width: number, floor: number, reached: boolean, palette: Palette): void {
  const stretches = Object.keys(PLACES).map((kind) => {
    const x = placeOf(kind as Mark, width);
    return [x - SLOT / 2, x + SLOT / 2] as const;
  });
  context.save();
  context.strokeStyle = reached ? palette.lineStrong : palette.control;
  if (!reached) {
    context.setLineDash([...DOTS]);
    context.lineCap = "round";
    context.lineWidth = 1.6;
  }
  context.beginPath();
  for (const [from, to] of [...stretches, [LEFT, width - RIGHT] as const]) {
    context.moveTo(from, floor + 0.5);
    context.lineTo(to, floor + 0.5);
  }
  context.stroke();
  context.restore();
}

function drawCounts(context: CanvasRenderingContext2D, found: Summary, width: number, floor: number, palette: Palette): void {
  const most = tallest(found);
  const rise = (x: number, across: number, count: number): void => {
    const size = count && Math.max(1.5, (count / most) * (floor - 2));
    context.fillRect(x, floor - size, across, size);
  };
  for (const [decade, count] of found.decades.entries()) {
    if (count === 0) continue;
    context.fillStyle = normColour(palette, Math.max(FAINTEST, (decade + 0.5) / DECADES));
    rise(xOf(decade, width) + 0.5, xOf(1, width) - xOf(0, width) - 1, count);
  }
  for (const [kind, count] of apart(found)) {
    if (count === 0) continue;
    context.fillStyle = kind === "nan" || kind === "infinite" ? palette.alarm : palette.ink2;
    rise(placeOf(kind, width) - SLOT / 2, SLOT, count);
  }
}

function drawAxis(context: CanvasRenderingContext2D, width: number, height: number, palette: Palette): void {
  for (const kind of Object.keys(PLACES) as Mark[])
    drawMark(context, kind, { x: placeOf(kind, width), y: height - 6, palette, colour: palette.ink3 });
  context.font = `10px ${palette.sans}`;
  context.fillStyle = palette.ink3;
  for (let decade = 0; decade <= DECADES; decade += 2) {
    context.textAlign = decade === 0 ? "left" : decade === DECADES ? "right" : "center"; // the ends make room for marks
    context.fillText(`10${superscript(LOWEST + decade)}`, xOf(decade, width) - (decade === 0 ? 3 : 0), height - 2);
  }
}
