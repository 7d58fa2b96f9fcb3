import { describe, expect, test } from "vitest";

import { NET, network } from "../fixtures";
import type { Graph, GraphNode } from "../wire/messages";
import { activationOf, columnAt, errorMadeBy, isMatrix, isSpread, readersOf, sourceOf, weightOf, weightsOf } from "./flow";

/** Linear, Tanh, Linear, and an Add of the Tanh and the second Linear under the loss: a link around a layer. */
const plain = network(2, [3, 3]);
const [linear, tanh, second, loss] = plain.nodes as [GraphNode, GraphNode, GraphNode, GraphNode];
const add: GraphNode = { ...tanh, kind: "Add", group: "join", layer: 3, column: 2, sources: [1, 2] };
const linked: Graph = { ...plain, nodes: [linear, tanh, second, add, { ...loss, sources: [3] }] };

describe("in a chain", () => {
  test("every node reads the one before it", () => {
    expect(NET.nodes.map((_, node) => sourceOf(NET, node))).toEqual([-1, 0, 1, 2]);
    expect(readersOf(NET, 0)).toEqual([1]);
  });

  test("the error at a node is made by the turn of the node behind it", () => {
    expect([0, 1, 2].map((node) => errorMadeBy(NET, node))).toEqual([1, 2, 3]);
  });

  test("the activation behind a layer is its own", () => {
    expect([0, 1, 2].map((node) => activationOf(NET, node))).toEqual([1, -1, -1]);
  });

  test("a node that computes with a weight is told from one that does not", () => {
    const deep = network(2, [4, 3, 1]);
    expect([0, 1, 2, 3, 4, 5].map((node) => weightOf(deep, node))).toEqual([0, -1, 2, -1, 4, -1]);
    expect(weightsOf(deep)).toEqual([0, 2, 4]);
  });
});

describe("around a link", () => {
  test("the error is complete when the first of the readers has had its turn backward", () => {
    expect(readersOf(linked, 1)).toEqual([2, 3]);
    expect(errorMadeBy(linked, 1)).toBe(2);
    expect(errorMadeBy(linked, 3)).toBe(4);
  });

  test("a value that others read as well has no activation of its own", () => {
    const read = { ...linked, nodes: linked.nodes.map((node) => (node.kind === "Add" ? { ...node, sources: [0, 2] } : node)) };
    expect(activationOf(linked, 0)).toBe(1);
    expect(activationOf(read, 0)).toBe(-1);
  });

  test("nodes stand in columns, and the input before all of them", () => {
    expect([-1, 0, 1, 2, 3].map((node) => columnAt(linked, node))).toEqual([0, 1, 1, 2, 2]);
  });
});

test("only a weight for each pair of input and unit is a matrix", () => {
  const of = (node: number, ...shape: number[]) => isMatrix(linked, { node, shape });
  expect([of(0, 3, 2), of(2, 3, 3)]).toEqual([true, true]);
  expect([of(0, 2, 3), of(0, 3), of(0, 3, 2, 1, 1), of(2, 27, 3)]).toEqual([false, false, false, false]);
});

test("of parameters without a weight the first stands for the node", () => {
  const gains = linked.parameters.map((p) => ({ ...p, name: p.name.replace("weight", "weight_ih_l0") }));
  expect(weightOf({ ...linked, parameters: gains }, 0)).toBe(0);
  expect(weightOf({ ...linked, parameters: [{ ...gains[0]!, name: "0.gain" }] }, 0)).toBe(0);
});

test("a layer at many positions is told from one that sees each example once", () => {
  const wide = { ...linked, nodes: linked.nodes.map((node) => ({ ...node, shape: [3, 8] })) };
  expect([isSpread(linked, 0), isSpread(wide, 0), isSpread(wide, -1)]).toEqual([false, true, false]);
});
