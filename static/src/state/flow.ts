/** Who reads whom in a graph, and what follows from it for the way back. Pure. */
import type { Graph, GraphParameter } from "../wire/messages";

/** The node that a node reads first; −1 is the input. */
export function sourceOf(graph: Graph, node: number): number {
  return graph.nodes[node]?.sources[0] ?? -1;
}

/** The nodes that read a node, in the order of the forward pass. */
export function readersOf(graph: Graph, node: number): number[] {
  return graph.nodes.flatMap((each, i) => (each.sources.includes(node) ? [i] : []));
}

/**
 * ∂L/∂ of a node's output is complete when every node that reads it has had its turn backward: the first of them in
 * the forward pass is the last going back.
 */
export function errorMadeBy(graph: Graph, node: number): number {
  return readersOf(graph, node)[0] ?? graph.nodes.length - 1;
}

/** The column a node stands in; the input stands in column 0. */
export function columnAt(graph: Graph, node: number): number {
  return node < 0 ? 0 : (graph.nodes[node]?.column ?? 0);
}

/** The activation that alone reads a node, so that its slope is all that stands between the two errors; −1 if none. */
export function activationOf(graph: Graph, node: number): number {
  const [reader = -1, ...others] = readersOf(graph, node);
  return others.length === 0 && graph.nodes[reader]?.group === "activation" ? reader : -1;
}

/** Does a parameter hold one weight for each pair of an input and a unit? Kernels, gains and tables do not. */
export function isMatrix(graph: Graph, { node, shape }: Pick<GraphParameter, "node" | "shape">): boolean {
  const inputs = graph.nodes[sourceOf(graph, node)]?.units ?? graph.data.features;
  return shape.length === 2 && shape[0] === graph.nodes[node]?.units && shape[1] === inputs;
}

/**
 * Is a node applied at many positions, of time or of a picture? What one example adds to a weight's gradient is then a
 * sum of δ · a over them, which the two numbers that a unit shows do not make.
 */
export function isSpread(graph: Graph, node: number): boolean {
  return (graph.nodes[node]?.shape.length ?? 1) > 1;
}

/** Index of the parameter that stands for a node's: its weight, or the first of several; −1 if it has none. */
export function weightOf(graph: Graph, node: number): number {
  const own = graph.parameters.flatMap((parameter, i) => (parameter.node === node ? [i] : []));
  return own.find((i) => /weight[^.]*$/.test(graph.parameters[i]?.name ?? "")) ?? own[0] ?? -1;
}

/** One parameter for each node that has any, in the order of the forward pass. */
export function weightsOf(graph: Graph): number[] {
  return graph.nodes.map((_, node) => weightOf(graph, node)).filter((parameter) => parameter >= 0);
}
