import { expect, test } from "vitest";
import { frameOf, network } from "../network.fixture";
import { BINS, entries, histogram } from "./histogram";
import { parameterFacts } from "./layer";

test("each size falls in its half decade, whatever its sign and whatever the others are", () => {
  const { bins } = histogram([2e-10, -2e-10, 5e-3, 99]);
  expect(bins).toHaveLength(BINS);
  expect([bins[0], bins[15], bins[BINS - 1]]).toEqual([2, 1, 1]);
});

test("what has no place on the scale is counted apart, by kind", () => {
  const { apart, bins, total } = histogram([0, -0, 1e-11, 1e3, NaN, Infinity, 1]);
  expect(apart).toEqual({ zero: 2, small: 1, large: 1, nan: 1, infinite: 1 });
  expect(bins.reduce((sum, count) => sum + count, 0)).toBe(1);
  expect(total).toBe(7);
});

test("the entries of a weight leave out the bias that lies among them", () => {
  const weight = network().parameters[0];
  expect(weight && [...entries(frameOf(), weight)]).toEqual([1, 2, 4, 5]);
});

test("a layer's norms are those of its own parameters", () => {
  const [weight, bias] = parameterFacts(network(), frameOf(), 2);
  expect(weight).toMatchObject({
    part: "weight",
    count: 2,
    before: 4,
    gradient: 1,
    update: Math.fround(0.04),
  });
  expect(weight?.ratio).toBeCloseTo(0.01, 6);
  expect(bias).toMatchObject({ part: "bias", count: 1, ratio: 0 });
  expect(parameterFacts(network(), frameOf(), 1)).toEqual([]);
});
