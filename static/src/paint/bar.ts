import type { Bar } from "./meter";
import type { Palette } from "./palette";

const PITCH = 4;

/**
 * A bar that tells its sign twice: by hue, and positive solid, negative hatched. NaN and infinity are
 * alarms.
 */
export function drawBar(context: CanvasRenderingContext2D, bar: Bar, value: number, palette: Palette): void {
  const { x, y, width, height } = bar;
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  if (!Number.isFinite(value) || value >= 0) {
    context.fillStyle = Number.isFinite(value) ? palette.pos : palette.alarm;
    context.fill();
    context.restore();
    return;
  }
  context.clip();
  context.fillStyle = palette.neg;
  context.globalAlpha *= 0.35;
  context.fill();
  context.globalAlpha /= 0.35;
  context.strokeStyle = palette.neg;
  context.lineWidth = 1.8;
  context.beginPath();
  for (let start = x - height; start < x + width; start += PITCH) {
    context.moveTo(start, y + height);
    context.lineTo(start + height, y);
  }
  context.stroke();
  context.restore();
}
