import { describe, expect, test } from "vitest";

import { spiral } from "./catalogue.fixture";
import { insert, landing, move, remove, replace, shapes } from "./layers";

const kinds = (of: typeof spiral) => of.network.layers.map((layer) => layer.kind);

test("a layer is inserted before the place named, and at the end", () => {
  expect(kinds(insert(spiral, 1, { kind: "ReLU" }))).toEqual(["Linear", "ReLU", "Tanh", "Linear"]);
  expect(kinds(insert(spiral, 3, { kind: "ReLU" }))).toEqual(["Linear", "Tanh", "Linear", "ReLU"]);
});

test("removing and replacing touch one place", () => {
  expect(kinds(remove(spiral, 1))).toEqual(["Linear", "Linear"]);
  expect(kinds(replace(spiral, 1, { kind: "ReLU" }))).toEqual(["Linear", "ReLU", "Linear"]);
});

test("an edit changes nothing of the experiment before it, and shares the layers it did not touch", () => {
  const before = structuredClone(spiral);
  const after = move(insert(replace(remove(spiral, 0), 0, { kind: "ReLU" }), 0, { kind: "SiLU" }), 0, 2);
  expect(spiral).toEqual(before);
  expect(after.network.layers).toContain(spiral.network.layers[2]);
});

describe("moving a layer", () => {
  test("puts it at the place named, downwards and upwards", () => {
    expect(kinds(move(spiral, 1, 2))).toEqual(["Linear", "Linear", "Tanh"]);
    expect(kinds(move(spiral, 1, 0))).toEqual(["Tanh", "Linear", "Linear"]);
    expect(move(spiral, 0, 2).network.layers[2]).toBe(spiral.network.layers[0]);
  });

  test("answers the same experiment when there is nowhere to go", () => {
    for (const [from, to] of [
      [0, -1],
      [2, 3],
      [1, 1],
      [7, 0],
    ] as const)
      expect(move(spiral, from, to)).toBe(spiral);
  });
});

test("a layer dropped beside itself stays; one dropped further down counts its old place out", () => {
  expect([landing(1, 0), landing(1, 1), landing(1, 2), landing(1, 3)]).toEqual([0, 1, 1, 2]);
});

test("shapes follow the units of each linear layer, and a bias counts as a parameter of its unit", () => {
  expect(shapes(spiral.network.layers, 2)).toEqual([
    { inputs: 2, outputs: 8, parameters: 24 },
    { inputs: 8, outputs: 8, parameters: 0 },
    { inputs: 8, outputs: 1, parameters: 9 },
  ]);
  const bare = spiral.network.layers.map((layer) =>
    layer.kind === "Linear" ? { ...layer, bias: false } : layer,
  );
  expect(shapes(bare, 2).map((shape) => shape.parameters)).toEqual([16, 0, 8]);
});
