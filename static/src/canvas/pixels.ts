/** Pictures made of pixels, on canvases that are kept. */
import type { Palette } from "../paint/palette";
import { fillResponse, type Grid } from "../paint/response";

/** Makes the canvas the grid's size where it is not, and fills it. */
export function paint(canvas: HTMLCanvasElement, { size }: Grid, fill: (pixels: Uint32Array) => void): void {
  if (canvas.width !== size) canvas.width = size;
  if (canvas.height !== size) canvas.height = size;
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(size, size);
  fill(new Uint32Array(image.data.buffer));
  context.putImageData(image, 0, 0);
}

/** One canvas a unit, painted again only when its values, its size or the theme have changed. */
export class Thumbnails {
  private readonly kept = new Map<
    string,
    { canvas: HTMLCanvasElement; values: Int8Array; palette: Palette; size: number }
  >();

  response(key: string, values: Int8Array, grid: Grid, palette: Palette): HTMLCanvasElement {
    const known = this.kept.get(key);
    if (known && known.palette === palette && known.size === grid.size && same(known.values, values))
      return known.canvas;
    const canvas = known?.canvas ?? document.createElement("canvas");
    paint(canvas, grid, (pixels) => fillResponse(pixels, values, grid, palette));
    this.kept.set(key, { canvas, values: values.slice(), palette, size: grid.size });
    return canvas;
  }

  /** Forgets every unit, when the network is another one. */
  clear(): void {
    this.kept.clear();
  }
}

function same(one: Int8Array, other: Int8Array): boolean {
  return one.length === other.length && one.every((value, i) => value === other[i]);
}
