import { expect, test } from "vitest";

import { spiral } from "./catalogue.fixture";
import type { Layer } from "./layers";
import { branches, joined, readable, readsOf } from "./wiring";

const layers: readonly Layer[] = [
  ...spiral.network.layers,
  { kind: "Add", name: "sum", inputs: ["0", "input"] },
  { kind: "Tanh" },
];

test("a layer without names reads the one before it, the first reads the input", () => {
  expect([0, 1, 3, 4].map((place) => readsOf(layers, place))).toEqual([["input"], ["0"], ["0", "input"], ["sum"]]);
});

test("a branch is what reads anything else", () => {
  expect(layers.map((_, place) => branches(layers, place))).toEqual([false, false, false, true, false]);
});

test("a layer may read the input and what stands before it", () => {
  expect(readable(layers, 4)).toEqual(["input", "0", "1", "2", "sum"]);
});

test("a new join reads the layer before it and the nearest earlier value of its shape, or the input", () => {
  expect(joined(layers, 3, [[8], [8], [8]])).toEqual(["2", "1"]);
  expect(joined(layers, 3, [[8], [4], [8]])).toEqual(["2", "0"]);
  expect(joined(layers, 3, [[8], [8], [1]])).toEqual(["2", "input"]);
});
