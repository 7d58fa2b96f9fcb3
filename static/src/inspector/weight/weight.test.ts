import { expect, test } from "vitest";
import { frameOf, network } from "../network.fixture";
import { indexed, weightFacts } from "./weight";

const EDGE = { node: 2, row: 0, column: 1 };

test("a weight's numbers are the frame's, entry by entry", () => {
  const facts = weightFacts(network(), frameOf(), EDGE);
  expect(facts?.before).toBe(Math.fround(-0.8));
  expect(facts?.gradient).toBe(-0.5);
  expect(facts?.update).toBe(Math.fround(0.08));
  expect(facts?.ratio).toBeCloseTo(0.1, 6);
});

test("its two factors are the error of the unit it leads to and the value of the one it comes from", () => {
  const facts = weightFacts(network(), frameOf(), EDGE);
  expect([facts?.delta, facts?.kept]).toEqual([Math.fround(-0.2), Math.fround(-0.86)]);
  expect(facts?.share).toBe(Math.fround(Math.fround(-0.2) * Math.fround(-0.86)));
});

test("a weight of the first layer keeps the input itself", () => {
  expect(weightFacts(network(), frameOf(), { node: 0, row: 1, column: 0 })?.kept).toBe(0.5);
});

test("where the frame carries no parameters nothing is made up", () => {
  const graph = network();
  for (const parameter of graph.parameters) parameter.offset = -1;
  expect(weightFacts(graph, frameOf(), EDGE)).toMatchObject({
    before: null,
    gradient: null,
    update: null,
    ratio: null,
  });
});

test("a weight that the network does not have has no facts", () => {
  expect(weightFacts(network(), frameOf(), { node: 2, row: 1, column: 0 })).toBeNull();
  expect(weightFacts(network(), frameOf(), { node: 1, row: 0, column: 0 })).toBeNull();
});

test("it is indexed as PyTorch would", () => {
  expect(indexed({ name: "2.weight" }, 4, 3)).toBe("2.weight[4, 3]");
});
