import { expect, test } from "vitest";
import { frameOf, network } from "../network.fixture";
import { STRONGEST, unitFacts } from "./unit";

test("a unit is the same from its linear node and from its activation", () => {
  expect(unitFacts(network(), frameOf(), 1, 1)).toEqual(unitFacts(network(), frameOf(), 0, 1));
});

test("δ is what arrives times the slope at z", () => {
  const facts = unitFacts(network(), frameOf(), 1, 0);
  expect([facts?.z, facts?.a]).toEqual([0.25, Math.fround(0.245)]);
  expect(facts?.delta).toBeCloseTo((facts?.slope ?? 0) * (facts?.upstream ?? 0), 3);
});

test("without an activation the error arrives as it is, and the answer is z", () => {
  const facts = unitFacts(network(), frameOf(), 2, 0);
  expect(facts).toMatchObject({ slope: null, upstream: null, delta: Math.fround(-0.2) });
  expect(facts?.a).toBe(facts?.z);
});

test("the terms and the bias add up to what the layer computed", () => {
  const terms = unitFacts(network(), frameOf(), 0, 0)?.terms;
  expect(terms?.shown.map((term) => term.product)).toEqual([
    expect.closeTo(0.05, 6),
    expect.closeTo(-0.2, 6),
  ]);
  expect(unitFacts(network(), frameOf(), 0, 0)?.bias).toMatchObject({
    before: Math.fround(0.3),
    gradient: 3,
    update: Math.fround(0.03),
  });
});

test("of many terms the strongest are shown in their order, and the rest are added up", () => {
  const graph = network();
  const count = STRONGEST + 4;
  graph.data.features = count;
  graph.parameters[0] = { name: "0.weight", node: 0, shape: [2, count], offset: 0, strides: [count, 1] };
  const weights = Array.from({ length: count }, (_, i) => (i < 4 ? 0.25 : i));
  const frame = frameOf({ before: weights, gradient: weights, update: weights, input: weights.map(() => 1) });
  const terms = unitFacts(graph, frame, 0, 0)?.terms;
  expect(terms?.shown.map((term) => term.column)).toEqual(Array.from({ length: STRONGEST }, (_, i) => i + 4));
  expect(terms).toMatchObject({ total: count, rest: 1 });
});

test("a NaN term is among the strongest", () => {
  const graph = network();
  const weights = Array.from({ length: 20 }, (_, i) => (i === 7 ? NaN : 1 + i));
  graph.parameters[0] = { name: "0.weight", node: 0, shape: [2, 20], offset: 0, strides: [20, 1] };
  graph.data.features = 20;
  const frame = frameOf({ before: weights, input: weights.map(() => 1) });
  expect(unitFacts(graph, frame, 0, 0)?.terms?.shown.some((term) => term.column === 7)).toBe(true);
});

test("a unit that is not there has no facts", () => {
  expect(unitFacts(network(), frameOf(), 2, 1)).toBeNull();
  expect(unitFacts(network(), frameOf(), -1, 0)).toBeNull();
});

test("terms that were not sent are told from what is no sum of terms", () => {
  const [large, norm] = [network(), network()];
  large.parameters[0] = { ...large.parameters[0]!, offset: -1 };
  norm.parameters[0] = { ...norm.parameters[0]!, shape: [2] };
  expect(unitFacts(large, frameOf(), 0, 0)).toMatchObject({ terms: null, sums: true });
  expect(unitFacts(norm, frameOf(), 0, 0)).toMatchObject({ terms: null, sums: false });
});
