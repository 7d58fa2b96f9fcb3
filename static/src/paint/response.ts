import type { Palette } from "./palette";

/**
 * Dimensions of a picture made of a square grid: cells a side, device pixels a side, device pixels a CSS
 * pixel.
 */
export interface Grid {
  readonly side: number;
  readonly size: number;
  readonly ratio: number;
}

// Below this a response is as good as zero, and a hatch there would only be noise.
const HATCHED_BELOW = -3;
const LINE = 1.1;

/**
 * What a unit responds to, over a square of inputs: `values` holds side × side numbers from -127 for -1 to
 * +127 for +1, rows from the top. Writes size × size pixels, smooth between the cells, with a 45° hatch where
 * negative.
 */
export function fillResponse(pixels: Uint32Array, values: Int8Array, grid: Grid, palette: Palette): void {
  const { side, size, ratio } = grid;
  const { left, share } = stops(side, size);
  const pitch = hatchPitch(size / ratio) * ratio;
  const line = LINE * ratio;
  const row = new Float32Array(side + 1);
  const { responsePixels, hatchPixels } = palette;
  let at = 0;
  for (let y = 0; y < size; y++) {
    blendRows(row, values, side, left[y] as number, share[y] as number);
    for (let x = 0; x < size; x++) {
      const cell = left[x] as number;
      const from = row[cell] as number;
      const value = from + ((row[cell + 1] as number) - from) * (share[x] as number);
      const hatched = value < HATCHED_BELOW && (x + y) % pitch < line;
      pixels[at++] = (hatched ? hatchPixels : responsePixels)[Math.round(value) + 127] as number;
    }
  }
}

/** A picture of brightness, such as a digit: side × side numbers from 0 to 1, each cell a square. */
export function fillPicture(
  pixels: Uint32Array,
  values: ArrayLike<number>,
  { side, size }: Grid,
  palette: Palette,
): void {
  for (let y = 0; y < size; y++) {
    const row = Math.floor((y * side) / size) * side;
    for (let x = 0; x < size; x++) {
      const value = values[row + Math.floor((x * side) / size)] ?? 0;
      pixels[y * size + x] = palette.greyPixels[Math.round(255 * Math.min(1, Math.max(0, value)))] as number;
    }
  }
}

/** CSS pixels from one line of the hatch to the next, wider in larger pictures. */
export function hatchPitch(size: number): number {
  return size >= 120 ? 8 : size >= 50 ? 6 : 5;
}

// Cell centres lie half a cell in, so the outer half cells repeat the edge value.
function stops(side: number, size: number): { left: Int32Array; share: Float32Array } {
  const left = new Int32Array(size);
  const share = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const position = Math.min(side - 1, Math.max(0, ((i + 0.5) / size) * side - 0.5));
    left[i] = Math.floor(position);
    share[i] = position - Math.floor(position);
  }
  return { left, share };
}

function blendRows(row: Float32Array, values: Int8Array, side: number, above: number, share: number): void {
  const upper = above * side;
  const lower = Math.min(side - 1, above + 1) * side;
  for (let i = 0; i < side; i++) {
    const from = values[upper + i] as number;
    row[i] = from + ((values[lower + i] as number) - from) * share;
  }
  row[side] = row[side - 1] as number;
}
