/**
 * How many gradients there are of each size, on the fixed log10 scale; what has no place on it is counted
 * apart.
 */
import type { Frame } from "../../wire/frame";
import type { GraphParameter } from "../../wire/messages";
import { DECADES, decades, mark, type Mark } from "../../paint/scale";

/** Two bars a decade. */
export const BINS = 2 * DECADES;

export interface Histogram {
  bins: readonly number[];
  apart: Readonly<Record<Mark, number>>;
  total: number;
}

export function histogram(values: Iterable<number>): Histogram {
  const bins = new Array<number>(BINS).fill(0);
  const apart: Record<Mark, number> = { zero: 0, small: 0, large: 0, nan: 0, infinite: 0 };
  let total = 0;
  for (const value of values) {
    const off = mark(value);
    if (off) apart[off] += 1;
    else bins[Math.min(BINS - 1, Math.floor(decades(value) * BINS))]! += 1;
    total += 1;
  }
  return { bins, apart, total };
}

/** The entries of a parameter's gradient, whatever their place in the frame. */
export function* entries(frame: Frame, { offset, shape, strides }: GraphParameter): Generator<number> {
  if (offset < 0) return;
  const gradients = frame.section("gradient");
  const [rows = 1, columns = 1] = shape;
  const [down = 0, across = 0] = strides;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) yield gradients[offset + i * down + j * across] ?? NaN;
}
