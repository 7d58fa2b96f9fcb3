/** The data at a glance: points on a plane or a line, or the first pictures of a table of pictures. */
import { hue, translucent, type Palette } from "../paint/palette";

export const SIZE = 64;
const MARGIN = 7;
const ACROSS = 3;

/**
 * Points in the hue of their class or target: dots for class 1 and above zero, dashes for class 0 and below.
 * Each point is (x, y) for one feature and (x1, x2, y) for two; with one feature the target is the height.
 */
export function drawPoints(
  context: CanvasRenderingContext2D,
  points: readonly number[][],
  classes: boolean,
  palette: Palette,
): void {
  const reach = points.reduce(
    (most, point) => Math.max(most, Math.abs(point[0] ?? 0), Math.abs(point[1] ?? 0)),
    1,
  );
  const half = SIZE / 2;
  const place = (value: number): number => half + (value / reach) * (half - MARGIN);
  context.save();
  for (const point of points) {
    const target = point.at(-1) ?? 0;
    const sign = classes ? target - 0.5 : target;
    const [x, y] = [place(point[0] ?? 0), place(-(point[1] ?? 0))];
    context.fillStyle = hue(palette, sign);
    if (sign < 0) context.fillRect(x - 1.4, y - 0.5, 2.8, 1);
    else fillDot(context, x, y);
  }
  context.restore();
}

/** Nine pictures of side × side brightnesses from 0 to 255. */
export function drawPictures(
  context: CanvasRenderingContext2D,
  pictures: readonly number[][],
  side: number,
  palette: Palette,
): void {
  const step = (SIZE - 4) / ACROSS;
  const cell = (step - 2) / side;
  context.save();
  pictures.slice(0, ACROSS * ACROSS).forEach((pixels, i) => {
    const left = 3 + step * (i % ACROSS);
    const top = 3 + step * Math.floor(i / ACROSS);
    pixels.forEach((value, at) => {
      if (value === 0) return;
      context.fillStyle = translucent(palette.ink, value / 255);
      context.fillRect(left + cell * (at % side), top + cell * Math.floor(at / side), cell, cell);
    });
  });
  context.restore();
}

function fillDot(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.arc(x, y, 1.1, 0, 2 * Math.PI);
  context.fill();
}
