import { format } from "../numbers";
import type { Palette } from "../paint/palette";
import { EXTENT, type DataPoint } from "./surface";

const RADIUS = 2.1;
const OUTLINED = 3.6;

/**
 * Data points on a decision surface: above zero a disc, else a square; a ring around those of the test set.
 */
export function drawPoints(
  context: CanvasRenderingContext2D,
  size: number,
  points: readonly DataPoint[],
  palette: Palette,
  middle: number,
): void {
  const at = (value: number): number => ((value + EXTENT) / (2 * EXTENT)) * size;
  context.save();
  for (const { x, y, target, test } of points) {
    const high = target > middle;
    dot(context, at(x), at(-y), { square: !high, fill: high ? palette.posHi : palette.negHi, palette, test });
  }
  context.restore();
}

interface Dot {
  square: boolean;
  fill: string;
  palette: Palette;
  test: boolean;
}

function dot(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  { square, fill, palette, test }: Dot,
): void {
  shape(context, x, y, RADIUS, square);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = 0.8;
  context.strokeStyle = palette.bg;
  context.stroke();
  if (!test) return;
  shape(context, x, y, OUTLINED, square);
  context.lineWidth = 0.9;
  context.strokeStyle = palette.light;
  context.stroke();
}

function shape(context: CanvasRenderingContext2D, x: number, y: number, half: number, square: boolean): void {
  context.beginPath();
  if (square) context.rect(x - 0.88 * half, y - 0.88 * half, 1.76 * half, 1.76 * half);
  else context.arc(x, y, half, 0, 2 * Math.PI);
}

interface CurveLook {
  width: number;
  height: number;
  line: readonly (readonly [number, number])[];
  points: readonly DataPoint[];
  palette: Palette;
}

const LEFT = 40;
const FOOT = 20;

/** A fitted curve among its data: x across the inputs, y wide enough for both. */
export function drawFitted(
  context: CanvasRenderingContext2D,
  { width, height, line, points, palette }: CurveLook,
): void {
  const reach = Math.max(1, ...line.map(([, y]) => Math.abs(y)), ...points.map((p) => Math.abs(p.y))) * 1.05;
  const across = (x: number): number => LEFT + ((x + EXTENT) / (2 * EXTENT)) * (width - LEFT - 8);
  const up = (y: number): number => 6 + (1 - (y + reach) / (2 * reach)) * (height - FOOT - 6);
  context.save();
  context.font = `10px ${palette.sans}`;
  context.lineWidth = 1;
  for (const value of [-1, 0, 1]) {
    context.strokeStyle = palette.line;
    context.beginPath();
    context.moveTo(LEFT, up(value));
    context.lineTo(width - 8, up(value));
    context.stroke();
    context.fillStyle = palette.ink3;
    context.textAlign = "right";
    context.fillText(format(value), LEFT - 6, up(value) + 3);
    context.textAlign = "center";
    context.fillText(format(value), across(value), height - 4);
  }
  for (const { x, y, test } of points)
    dot(context, across(x), up(y), { square: false, fill: palette.ink3, palette, test });
  context.strokeStyle = palette.ink;
  context.lineWidth = 1.8;
  context.lineJoin = "round";
  context.beginPath();
  for (const [x, y] of line) context.lineTo(across(x), up(y));
  context.stroke();
  context.restore();
}
