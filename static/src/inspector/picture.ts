import type { Palette } from "../paint/palette";

/** An example that is a picture, as wide as given; brightness 0 to 1, rows from the top. */
export function drawPicture(
  context: CanvasRenderingContext2D,
  width: number,
  values: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  palette: Palette,
): void {
  const cell = width / columns;
  context.save();
  for (let i = 0; i < rows * columns; i++) {
    context.globalAlpha = Math.min(1, Math.max(0, values[i] ?? 0));
    context.fillStyle = palette.ink;
    context.fillRect((i % columns) * cell, Math.floor(i / columns) * cell, cell, cell);
  }
  context.restore();
}
