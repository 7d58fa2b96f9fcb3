import { drawBar } from "../../paint/bar";
import { DOTS, drawMark } from "../../paint/marks";
import type { Palette } from "../../paint/palette";
import { tallest, type Share } from "./shares";

interface StripLook {
  width: number;
  height: number;
  shares: readonly Share[];
  /** Which example is marked, and the words beside it. */
  example: number;
  label: string;
  /** A line at the mean of all. */
  mean?: number;
  palette: Palette;
}

/** Room above the bars for the words. */
const HEAD = 16;

/**
 * The shares of a batch as bars about a line of zero, in the order in which they come, this example framed. Linear: the
 * tallest is said in words.
 */
export function drawStrip(context: CanvasRenderingContext2D, look: StripLook): void {
  const { width, height, shares, example, label, mean, palette } = look;
  const middle = (HEAD + height) / 2;
  const half = (height - HEAD) / 2 - 3;
  const most = tallest(shares) || 1;
  const pitch = width / shares.length;
  context.save();
  line(context, width, middle, palette.lineStrong);
  for (const [i, { value, example: which }] of shares.entries()) {
    const size = Number.isFinite(value) ? (Math.abs(value) / most) * half : half;
    const bar = {
      x: i * pitch + 0.12 * pitch,
      y: value < 0 ? middle : middle - size,
      width: 0.76 * pitch,
      height: size,
    };
    context.globalAlpha = which === example ? 1 : 0.75;
    if (value !== 0) drawBar(context, { ...bar, height: Math.max(0.8, size) }, value, palette);
    if (!Number.isFinite(value))
      drawMark(context, Number.isNaN(value) ? "nan" : "infinite", {
        x: (i + 0.5) * pitch,
        y: middle,
        palette,
      });
  }
  context.globalAlpha = 1;
  if (mean !== undefined && Number.isFinite(mean)) line(context, width, middle - (mean / most) * half, palette.ink);
  const place = shares.findIndex((share) => share.example === example);
  if (place >= 0) frame(context, look, place, { middle, half, most, pitch, label });
  context.restore();
}

/** Before the backward pass has come: the line alone, in dots. */
export function drawWaiting(
  context: CanvasRenderingContext2D,
  { width, height, palette }: Pick<StripLook, "width" | "height" | "palette">,
): void {
  const middle = (HEAD + height) / 2;
  context.save();
  context.setLineDash([...DOTS]);
  context.lineCap = "round";
  context.lineWidth = 1.6;
  line(context, width, middle, palette.control);
  context.restore();
}

interface Scale {
  middle: number;
  half: number;
  most: number;
  pitch: number;
  label: string;
}

function frame(
  context: CanvasRenderingContext2D,
  { width, shares, palette }: StripLook,
  place: number,
  scale: Scale,
): void {
  const { middle, half, most, pitch, label } = scale;
  const value = shares[place]?.value ?? 0;
  const size = Number.isFinite(value) ? (Math.abs(value) / most) * half : half;
  const [x, across] = [Math.max(0.75, place * pitch - 1), Math.max(6, pitch + 2)];
  const left = Math.min(x, width - across - 0.75);
  const [top, bottom] = value < 0 ? [middle - 3, middle + size + 3] : [middle - size - 3, middle + 3];
  context.strokeStyle = palette.focus;
  context.lineWidth = 1.3;
  context.beginPath();
  context.roundRect(left, top, across, bottom - top, 2);
  context.stroke();
  context.font = `11px ${palette.sans}`;
  context.fillStyle = palette.ink;
  const words = context.measureText(label).width;
  const start = Math.min(Math.max(0, left - 2), width - words);
  const under = shares.filter((_, i) => (i + 1) * pitch > start && i * pitch < start + words);
  const over = under.reduce((highest, share) => Math.min(highest, middle - sizeOf(share.value, scale)), top);
  context.fillText(label, start, Math.max(10, over - 5));
}

/** How far a share's bar goes up; what goes down leaves room above. */
function sizeOf(value: number, { half, most }: Scale): number {
  if (!Number.isFinite(value)) return half;
  return (Math.max(0, value) / most) * half;
}

function line(context: CanvasRenderingContext2D, width: number, y: number, colour: string): void {
  context.strokeStyle = colour;
  context.beginPath();
  context.moveTo(0, y);
  context.lineTo(width, y);
  context.stroke();
}
