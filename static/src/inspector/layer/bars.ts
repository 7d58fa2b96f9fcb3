import { superscript } from "../../numbers";
import { DOTS } from "../../paint/marks";
import { normColour, type Palette } from "../../paint/palette";
import { DECADES, LOWEST } from "../../paint/scale";
import type { Histogram } from "./histogram";

const FOOT = 15;
const FAINTEST = 0.45;

interface BarsLook {
  width: number;
  height: number;
  /** null before the values are there. */
  found: Histogram | null;
  palette: Palette;
}

/**
 * Counts over the fixed scale: a bar each half decade, labels each two decades. The largest count is full
 * height.
 */
export function drawHistogram(
  context: CanvasRenderingContext2D,
  { width, height, found, palette }: BarsLook,
): void {
  const floor = height - FOOT;
  context.save();
  context.strokeStyle = found ? palette.lineStrong : palette.control;
  if (!found) {
    context.setLineDash([...DOTS]);
    context.lineCap = "round";
    context.lineWidth = 1.6;
  }
  context.beginPath();
  context.moveTo(0, floor + 0.5);
  context.lineTo(width, floor + 0.5);
  context.stroke();
  if (found) drawBins(context, found, width, floor, palette);
  drawDecades(context, width, height, palette);
  context.restore();
}

function drawBins(
  context: CanvasRenderingContext2D,
  { bins }: Histogram,
  width: number,
  floor: number,
  palette: Palette,
): void {
  const most = Math.max(...bins, 1);
  const pitch = width / bins.length;
  for (const [i, count] of bins.entries()) {
    if (count === 0) continue;
    const size = Math.max(1.5, (count / most) * (floor - 4));
    context.fillStyle = normColour(palette, Math.max(FAINTEST, (i + 0.5) / bins.length));
    context.fillRect(i * pitch + 0.5, floor - size, pitch - 1, size);
  }
}

function drawDecades(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  palette: Palette,
): void {
  context.font = `10px ${palette.sans}`;
  context.fillStyle = palette.ink3;
  for (let decade = 0; decade <= DECADES; decade += 2) {
    const words = `10${superscript(LOWEST + decade)}`;
    const size = context.measureText(words).width;
    const x = (decade / DECADES) * width - size / 2;
    context.fillText(words, Math.min(width - size, Math.max(0, x)), height - 2);
  }
}
