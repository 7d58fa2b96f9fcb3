import { expect, test } from "vitest";
import { frameOf, network } from "../network.fixture";
import { letterOf, partName, parameterFacts, partOf } from "./layer";

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

test("a parameter that the language has no word for goes by the layer's own", () => {
  const parts = ["0.weight", "blocks.1.bias", "2.weight_ih_l0", "2.bias_hh_l0"].map((name) => partOf({ name }));
  expect(parts.map(partName)).toEqual(["Weight", "Bias", "weight_ih_l0", "bias_hh_l0"]);
  expect(parts.map(letterOf)).toEqual(["W", "b", "W", "b"]);
});
