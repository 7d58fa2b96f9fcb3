/** The numbers of one layer: its shapes, and the norms of its parameters, gradients and updates; what they are called. */
import type { Frame } from "../../wire/frame";
import type { Graph, GraphParameter } from "../../wire/messages";
import { t } from "../../words/words";
import { ratio } from "../place";

/** What a layer calls a parameter of its own: "weight", "bias", "weight_ih_l0". */
export function partOf({ name }: Pick<GraphParameter, "name">): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** The same in the page's language, where it has a word for it. */
export function partName(part: string): string {
  return part === "bias" ? t("inspector.bias") : part === "weight" ? t("inspector.weight") : part;
}

/** How formulas write it. */
export function letterOf(part: string): string {
  return part.startsWith("bias") ? "b" : "W";
}

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
      part: partOf(parameter),
      count: parameter.shape.reduce((product, side) => product * side, 1),
      before: before as number,
      gradient: gradient as number,
      update: update as number,
      ratio: ratio(update as number, before as number),
    };
  });
}
