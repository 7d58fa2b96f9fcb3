import { expect, test } from "vitest";
import { network, frameOf, BATCH } from "./network.fixture";
import { batchSize, columnOf, parameterOf, ratio } from "./place";

test("a linear layer and the activation behind it stand in one column", () => {
  const graph = network();
  const column = { index: 1, linear: 0, activation: 1, last: 1, source: -1, inputs: 2, units: 2 };
  expect(columnOf(graph, 0)).toEqual(column);
  expect(columnOf(graph, 1)).toEqual(column);
});

test("a layer without an activation says so, and takes its inputs from the column before", () => {
  expect(columnOf(network(), 2)).toEqual({
    index: 2,
    linear: 2,
    activation: -1,
    last: 2,
    source: 1,
    inputs: 2,
    units: 1,
  });
});

test("the input is column 0", () => {
  expect(columnOf(network(), -1)).toMatchObject({ index: 0, linear: -1, units: 2 });
});

test("a parameter is found by its node and its part", () => {
  expect(parameterOf(network(), 2, "bias")?.name).toBe("2.bias");
  expect(parameterOf(network(), 1, "weight")).toBeNull();
});

test("the batch is half of the terms, and a ratio has no sign", () => {
  expect(batchSize(frameOf())).toBe(BATCH);
  expect(ratio(-0.5, 2)).toBe(0.25);
});
