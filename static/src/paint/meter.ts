import { DOTS, drawMark } from "./marks";
import { normColour, type Palette } from "./palette";
import { decades, DECADES, mark } from "./scale";

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

// A short bar in the ramp's darkest colours would not be seen; its length says how small it is.
const FAINTEST = 0.65;
const RADIUS = 1.5;

/**
 * A size on the fixed scale as a bar with a gap each two decades. Tokens: 116 × 5 pixels, `bar` by its top
 * left.
 */
export function drawMeter(
  context: CanvasRenderingContext2D,
  bar: Bar,
  value: number | "not reached",
  palette: Palette,
): void {
  context.save();
  if (value === "not reached") drawWaiting(context, bar, palette);
  else drawLevel(context, bar, value, palette);
  context.restore();
}

function drawWaiting(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Bar,
  palette: Palette,
): void {
  context.strokeStyle = palette.control;
  context.lineWidth = 1.5;
  context.lineCap = "round";
  context.setLineDash([...DOTS]);
  context.beginPath();
  context.roundRect(x, y, width, height, RADIUS);
  context.stroke();
}

function drawLevel(context: CanvasRenderingContext2D, bar: Bar, value: number, palette: Palette): void {
  const { x, y, width, height } = bar;
  context.fillStyle = palette.line;
  context.beginPath();
  context.roundRect(x, y, width, height, RADIUS);
  context.fill();
  const place = decades(value);
  if (place > 0) {
    context.fillStyle = value === Infinity ? palette.alarm : normColour(palette, Math.max(FAINTEST, place));
    context.beginPath();
    context.roundRect(x, y, Math.max(1.5, width * place), height, RADIUS);
    context.fill();
  }
  context.fillStyle = palette.stage;
  for (let gap = 2; gap < DECADES; gap += 2)
    context.fillRect(x + (width * gap) / DECADES - 0.4, y, 0.8, height);
  const kind = mark(value);
  if (!kind) return;
  const atTop = kind === "large" || kind === "infinite";
  drawMark(context, kind, { x: atTop ? x + width + 9 : x - 9, y: y + height / 2, palette });
}
