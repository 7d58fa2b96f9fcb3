/** The numbers of one weight: its gradient as δ · a for the example shown, and as the batch's sum. Pure. */
import { entry, type Frame } from "../../wire/frame";
import type { Graph, GraphParameter } from "../../wire/messages";
import { isMatrix, sourceOf } from "../../state/flow";
import { parameterOf, ratio } from "../place";

export interface Edge {
  node: number;
  row: number;
  column: number;
}

export interface WeightFacts {
  parameter: GraphParameter;
  /** ∂L/∂z of the unit it leads to, for the example shown; it already holds the 1/n of a mean loss. */
  delta: number;
  /** What the unit it comes from answered, kept from the forward pass. */
  kept: number;
  /** δ · a: what this example adds to the gradient, rounded as the engine rounds. */
  share: number;
  /** From the engine's buffers; null where the frame does not carry this layer's parameters. */
  before: number | null;
  gradient: number | null;
  update: number | null;
  ratio: number | null;
}

/** Facts of a weight, or null if the network has no such weight. */
export function weightFacts(graph: Graph, frame: Frame, { node, row, column }: Edge): WeightFacts | null {
  const parameter = parameterOf(graph, node, "weight");
  const [rows = 0, columns = 0] = parameter?.shape ?? [];
  if (!parameter || !isMatrix(graph, parameter) || row >= rows || column >= columns) return null;
  const delta = frame.delta(node)[row] ?? NaN;
  const kept = frame.value(sourceOf(graph, node))[column] ?? NaN;
  const carried = parameter.offset >= 0;
  const read = (of: "before" | "gradient" | "update"): number => entry(frame, parameter, of, row, column);
  return {
    parameter,
    delta,
    kept,
    share: Math.fround(delta * kept),
    before: carried ? read("before") : null,
    gradient: carried ? read("gradient") : null,
    update: carried ? read("update") : null,
    ratio: carried ? ratio(read("update"), read("before")) : null,
  };
}

/** How PyTorch would index it: "2.weight[4, 3]". */
export function indexed(parameter: Pick<GraphParameter, "name">, ...index: readonly number[]): string {
  return `${parameter.name}[${index.join(", ")}]`;
}
