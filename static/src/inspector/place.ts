/**
 * Where a part of the network stands: the column of a node, what feeds it, and the parameters it holds.
 * Pure.
 */
import { activationOf, sourceOf } from "../state/flow";
import type { Frame } from "../wire/frame";
import type { Graph, GraphParameter } from "../wire/messages";

/** A layer with parameters and what follows it up to the next one. Column 0 is the input: its nodes are -1. */
export interface Column {
  index: number;
  linear: number;
  /** Node of the activation that alone reads it; -1 if there is none. */
  activation: number;
  last: number;
  /** The node it reads. */
  source: number;
  inputs: number;
  units: number;
}

export function lossNode(graph: Graph): number {
  return graph.nodes.length - 1;
}

/** The column that a node of the network stands in; the loss stands in none. */
export function columnOf(graph: Graph, node: number): Column {
  const units = graph.data.features;
  if (node < 0) return { index: 0, linear: -1, activation: -1, last: -1, source: -1, inputs: 0, units };
  const index = graph.nodes[node]?.column ?? 0;
  const here = graph.nodes.flatMap((each, i) => (each.column === index ? [i] : []));
  const linear = here[0] ?? node;
  const source = sourceOf(graph, linear);
  return {
    index,
    linear,
    activation: activationOf(graph, linear),
    last: here.at(-1) ?? node,
    source,
    inputs: graph.nodes[source]?.units ?? units,
    units: graph.nodes[linear]?.units ?? 0,
  };
}

/** A parameter of a node: its weight or its bias. */
export function parameterOf(graph: Graph, node: number, part: "weight" | "bias"): GraphParameter | null {
  return graph.parameters.find((p) => p.node === node && p.name.endsWith(`.${part}`)) ?? null;
}

/** Examples in a batch: the frame's terms are two rows of them. */
export function batchSize(frame: Frame): number {
  return frame.section("terms").length / 2;
}

/**
 * |update| over |weight|, as is used to judge a learning rate; NaN where the weight is 0 and nothing is
 * known.
 */
export function ratio(update: number, before: number): number {
  return Math.abs(update) / Math.abs(before);
}
