/** The numbers of one layer: its shapes, and the norms of its parameters, gradients and updates. Pure. */
import type { Frame } from "../../wire/frame";
import type { Graph, GraphParameter } from "../../wire/messages";
import { ratio } from "../place";

export interface ParameterFacts {
  parameter: GraphParameter;
  /** "weight" or "bias". */
  part: string;
  count: number;
  before: number;
  gradient: number;
  update: number;
  ratio: number;
}

/** Every parameter of a node with its norms; empty for a node that has none. */
export function parameterFacts(graph: Graph, frame: Frame, node: number): ParameterFacts[] {
  return graph.parameters.flatMap((parameter, index) => {
    if (parameter.node !== node) return [];
    const [before, gradient, update] = (["before", "gradient", "update"] as const).map((of) =>
      frame.norm(of, index),
    );
    return {
      parameter,
      part: parameter.name.slice(parameter.name.lastIndexOf(".") + 1),
      count: parameter.shape.reduce((product, side) => product * side, 1),
      before: before as number,
      gradient: gradient as number,
      update: update as number,
      ratio: ratio(update as number, before as number),
    };
  });
}
