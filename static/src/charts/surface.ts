/**
 * What the network answers over its inputs, read from the service's grid, and the data as points on it.
 * Pure.
 */
import type { Responses } from "../wire/frame";
import type { DataFacts } from "../wire/messages";

/** The grid reaches from -EXTENT to EXTENT in every input. */
export const EXTENT = 1.15;

export interface DataPoint {
  x: number;
  /** The second input; on a line, the target. */
  y: number;
  target: number;
  test: boolean;
}

/** The data on the plane or the line; the training part comes first. */
export function dataPoints(data: DataFacts): DataPoint[] {
  return data.points.map((point, i) => ({
    x: point[0] ?? NaN,
    y: point[1] ?? NaN,
    target: point[data.features] ?? NaN,
    test: i >= data.train,
  }));
}

/** The answer at a cell of the surface; row 0 is the top, the largest second input. */
export function answer(
  { surface, surfaceSide, surfaceScale }: Responses,
  row: number,
  column: number,
): number {
  return ((surface[row * surfaceSide + column] ?? 0) / 127) * surfaceScale;
}

/** The input that a column of the surface stands for. */
export function inputAt(column: number, side: number): number {
  return -EXTENT + (2 * EXTENT * column) / (side - 1);
}

/** Every cell at `count` places evenly spread along a side, the ends included. */
export function places(side: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.round((i * (side - 1)) / (count - 1)));
}

/** The fitted line of a network with one input, as (x, answer). */
export function fitted(responses: Responses): [number, number][] {
  const { surfaceSide: side } = responses;
  return Array.from({ length: side }, (_, column) => [inputAt(column, side), answer(responses, 0, column)]);
}
