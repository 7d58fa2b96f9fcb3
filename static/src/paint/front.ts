import type { Direction } from "./arrow";
import { translucent, type Palette } from "./palette";

const WASH = 120;
const POINTER = 7;

/**
 * The one bright line where the pass is, with a pointer the way it goes and a wash over what it has just
 * touched.
 */
export function drawFront(
  context: CanvasRenderingContext2D,
  {
    x,
    top,
    bottom,
    direction,
    palette,
  }: { x: number; top: number; bottom: number; direction: Direction; palette: Palette },
): void {
  const side = direction === "backward" ? 1 : -1;
  const wash = context.createLinearGradient(x, 0, x + side * WASH, 0);
  wash.addColorStop(0, translucent(palette.light, palette.glow ? 0.17 : 0.12));
  wash.addColorStop(0.3, translucent(palette.light, 0.045));
  wash.addColorStop(1, translucent(palette.light, 0));
  context.save();
  context.fillStyle = wash;
  context.fillRect(Math.min(x, x + side * WASH), top, WASH, bottom - top);
  context.strokeStyle = palette.light;
  context.globalAlpha = palette.glow ? 0.75 : 0.55;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, top);
  context.lineTo(x, bottom);
  context.stroke();
  context.globalAlpha = 0.9;
  context.fillStyle = palette.light;
  context.beginPath();
  context.moveTo(x - (side * POINTER) / 2, top - 5);
  context.lineTo(x + (side * POINTER) / 2, top - 9.5);
  context.lineTo(x + (side * POINTER) / 2, top - 0.5);
  context.closePath();
  context.fill();
  context.restore();
}
