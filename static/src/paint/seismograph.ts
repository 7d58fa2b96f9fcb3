import type { Palette } from "./palette";
import { decades, decadesOfLog, LOWEST } from "./scale";

export interface Strip {
  /** Device pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels a CSS pixel. */
  readonly ratio: number;
  /** How many steps the strip is wide; more than there are norms while training goes on. */
  readonly total: number;
}

/** Decades from the bottom of a lane to its top, for the trace; its middle is the lane's median. */
export const TRACE_DECADES = 2;

const GAP = 1.5;
const TRACE = 0.62;

/**
 * Gradient norms as a picture: a lane a layer, the last layer on top, a column a moment. Colour is the norm
 * on the fixed scale, so a healthy net is a flat slab; a thin trace in each lane shows the small changes that
 * colour cannot, one decade up and one down from the lane's median. Nothing yet is see-through, NaN is
 * checked and infinity plain in the alarm colour.
 */
export function fillSeismograph(
  pixels: Uint32Array,
  lanes: readonly ArrayLike<number | undefined>[],
  strip: Strip,
  palette: Palette,
): void {
  pixels.fill(0);
  const lane = strip.height / lanes.length;
  lanes.forEach((norms, i) => {
    const top = Math.round((lanes.length - 1 - i) * lane);
    const bottom = Math.round((lanes.length - i) * lane - (i > 0 ? GAP * strip.ratio : 0));
    fillLane(pixels, norms, { ...strip, top, bottom }, palette);
  });
}

type Lane = Strip & { top: number; bottom: number };

function fillLane(pixels: Uint32Array, norms: ArrayLike<number | undefined>, lane: Lane, palette: Palette): void {
  const columns = gathered(norms, lane);
  const centre = median(columns);
  const over = traceColour(decadesOfLog(centre), palette);
  let before = NaN;
  columns.forEach((norm, x) => {
    if (norm === undefined) return;
    const colour = colourOf(norm, palette);
    fillColumn(pixels, x, lane, colour, Number.isNaN(norm));
    if (Number.isFinite(norm) && decades(norm) === 0) hatchColumn(pixels, x, lane, packed(palette.control));
    const here = Number.isFinite(norm) && norm > 0 ? traceY(Math.log10(norm), centre, lane) : NaN;
    if (!Number.isNaN(here)) {
      const ink = blend(colour, over);
      const from = Number.isNaN(before) ? here : before;
      const end = Math.max(from, here) + Math.ceil(lane.ratio);
      for (let y = Math.min(from, here); y < end; y++) pixels[y * lane.width + x] = ink;
    }
    before = here;
  });
}

function colourOf(norm: number, palette: Palette): number {
  if (!Number.isFinite(norm)) return packed(palette.alarm);
  const place = decades(norm);
  return place === 0 ? packed(palette.bg) : (palette.normPixels[Math.round(place * 255)] as number);
}

function fillColumn(pixels: Uint32Array, x: number, lane: Lane, colour: number, checked: boolean): void {
  const square = Math.ceil(2 * lane.ratio);
  for (let y = lane.top; y < lane.bottom; y++)
    if (!checked || (Math.floor(x / square) + Math.floor(y / square)) % 2 === 0)
      pixels[y * lane.width + x] = colour;
}

/** A measured norm below the scale is hatched: it was reached, and there is nothing there. */
function hatchColumn(pixels: Uint32Array, x: number, lane: Lane, colour: number): void {
  const pitch = Math.ceil(5 * lane.ratio);
  for (let y = lane.top; y < lane.bottom; y++) if ((x + y) % pitch === 0) pixels[y * lane.width + x] = colour;
}

/**
 * The largest norm of the steps that fall on each column; undefined where there is none, NaN where one is
 * NaN.
 */
function gathered(norms: ArrayLike<number | undefined>, { width, total }: Lane): (number | undefined)[] {
  const columns: (number | undefined)[] = new Array<number | undefined>(width).fill(undefined);
  const count = norms.length;
  for (let x = 0; x < width; x++) {
    const from = Math.floor((x / width) * total);
    const to = Math.max(from + 1, Math.floor(((x + 1) / width) * total));
    for (let i = from; i < Math.min(to, count); i++) {
      const norm = norms[i];
      if (norm === undefined) continue;
      const known = columns[x];
      columns[x] = known === undefined ? norm : Math.max(known, norm);
    }
  }
  return columns;
}

function median(columns: readonly (number | undefined)[]): number {
  const logs = columns
    .flatMap((norm) => (norm && Number.isFinite(norm) ? [Math.log10(norm)] : []))
    .sort((a, b) => a - b);
  return logs[logs.length >> 1] ?? LOWEST;
}

function traceY(log: number, centre: number, { top, bottom, ratio }: Lane): number {
  const inset = Math.ceil(ratio);
  const share = Math.min(1, Math.max(0, (log - centre) / TRACE_DECADES + 0.5));
  return Math.round(bottom - 2 * inset - share * (bottom - top - 3 * inset));
}

/**
 * The theme's light or its ground, whichever stands out from the lane: one colour, so that the trace is one
 * line.
 */
function traceColour(place: number, palette: Palette): number {
  const under = brightness(palette.normPixels[Math.round(place * 255)] as number);
  const [light, ground] = [packed(palette.light), packed(palette.bg)];
  return Math.abs(brightness(light) - under) > Math.abs(brightness(ground) - under) ? light : ground;
}

function brightness(pixel: number): number {
  return (pixel & 255) + 2 * ((pixel >> 8) & 255) + ((pixel >> 16) & 255);
}

function blend(under: number, over: number): number {
  const part = (shift: number): number => {
    const [from, to] = [(under >> shift) & 255, (over >> shift) & 255];
    return Math.round(from + (to - from) * TRACE) << shift;
  };
  return (255 << 24) | part(16) | part(8) | part(0);
}

function packed(colour: string): number {
  const value = parseInt(colour.slice(1), 16);
  return ((255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}
