/**
 * The numbers of one unit for the example shown: its terms, z and a going forward, the error coming back.
 * Pure.
 */
import { entry, type Frame } from "../../wire/frame";
import type { Graph, GraphParameter } from "../../wire/messages";
import { isMatrix } from "../../state/flow";
import { columnOf, parameterOf, type Column } from "../place";

export interface Term {
  /** Which input: its place in the layer before. */
  column: number;
  kept: number;
  weight: number;
  product: number;
}

export interface Terms {
  /** The strongest, in the order of the inputs. */
  shown: readonly Term[];
  total: number;
  /** What the others add up to. */
  rest: number;
}

export interface UnitFacts {
  column: Column;
  row: number;
  z: number;
  a: number;
  /** f′(z), ∂L/∂a and their product δ = ∂L/∂z. Without an activation only δ is there. */
  slope: number | null;
  upstream: number | null;
  delta: number;
  bias: Bias | null;
  /** null where the frame does not carry this layer's weights. */
  terms: Terms | null;
  /** Does it add up one product for each of its inputs? If so and there are no terms, they were not sent. */
  sums: boolean;
}

export interface Bias {
  parameter: GraphParameter;
  before: number;
  gradient: number;
  update: number;
}

export const STRONGEST = 16;

/** Facts of a unit of a column; `node` is any node of it. */
export function unitFacts(graph: Graph, frame: Frame, node: number, row: number): UnitFacts | null {
  const column = columnOf(graph, node);
  if (column.linear < 0 || row >= column.units) return null;
  const { linear, activation } = column;
  return {
    column,
    row,
    z: frame.value(linear)[row] ?? NaN,
    a: frame.value(activation < 0 ? linear : activation)[row] ?? NaN,
    slope: activation < 0 ? null : (frame.slope(activation)[row] ?? NaN),
    upstream: activation < 0 ? null : (frame.delta(activation)[row] ?? NaN),
    delta: frame.delta(linear)[row] ?? NaN,
    bias: biasFacts(graph, frame, linear, row),
    terms: termsOf(graph, frame, column, row),
    sums: weightOf(graph, column) !== null,
  };
}

function biasFacts(graph: Graph, frame: Frame, node: number, row: number): Bias | null {
  const parameter = parameterOf(graph, node, "bias");
  if (!parameter || parameter.offset < 0) return null;
  const read = (of: "before" | "gradient" | "update"): number => entry(frame, parameter, of, row);
  return { parameter, before: read("before"), gradient: read("gradient"), update: read("update") };
}

/** The matrix whose rows a column's units add up with; null of what is no such sum: a norm, a convolution. */
function weightOf(graph: Graph, { linear }: Column): GraphParameter | null {
  const weight = parameterOf(graph, linear, "weight");
  return weight && isMatrix(graph, weight) ? weight : null;
}

function termsOf(graph: Graph, frame: Frame, column: Column, row: number): Terms | null {
  const { source, inputs } = column;
  const weight = weightOf(graph, column);
  if (!weight || weight.offset < 0) return null;
  const values = frame.value(source);
  const all = Array.from({ length: inputs }, (_, column): Term => {
    const kept = values[column] ?? NaN;
    const w = entry(frame, weight, "before", row, column);
    return { column, kept, weight: w, product: kept * w };
  });
  if (all.length <= STRONGEST) return { shown: all, total: all.length, rest: 0 };
  const sorted = [...all].sort((a, b) => size(b.product) - size(a.product));
  const shown = sorted.slice(0, STRONGEST).sort((a, b) => a.column - b.column);
  const rest = sorted.slice(STRONGEST).reduce((sum, term) => sum + term.product, 0);
  return { shown, total: all.length, rest };
}

/** NaN counts as the strongest: it is what one has to see. */
function size(value: number): number {
  return Number.isNaN(value) ? Infinity : Math.abs(value);
}
