import { describe, expect, test } from "vitest";

import { network } from "../fixtures";
import { spiral } from "./catalogue.fixture";
import { insert, landing, move, remove, replace, shapes, UNKNOWN } from "./layers";

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

describe("shapes", () => {
  const running = { ...network(2, [8, 1]), experiment: spiral };

  test("are those of the network that runs, and a bias counts as a parameter of its unit", () => {
    expect(shapes(spiral.network.layers, running)).toEqual([
      { input: [2], output: [8], parameters: 24 },
      { input: [8], output: [8], parameters: 0 },
      { input: [8], output: [1], parameters: 9 },
    ]);
  });

  test("of a network that does not run yet are known up to its first change", () => {
    const changed = insert(spiral, 1, { kind: "ReLU" });
    expect(shapes(changed.network.layers, running)).toEqual([
      { input: [2], output: [8], parameters: 24 },
      UNKNOWN,
      UNKNOWN,
      UNKNOWN,
    ]);
    expect(shapes(spiral.network.layers, null)).toEqual([UNKNOWN, UNKNOWN, UNKNOWN]);
  });
});

describe("what a layer reads by number stays the same layer", () => {
  const layers = [...spiral.network.layers, { kind: "Add" as const, inputs: ["1", "2", "input"] }];
  const branched = { ...spiral, network: { layers } };
  const reads = (of: typeof branched) => of.network.layers.find((layer) => layer.kind === "Add")?.inputs;

  test("when a layer is put before it", () => {
    expect(reads(insert(branched, 2, { kind: "ReLU" }))).toEqual(["1", "3", "input"]);
    expect(reads(insert(branched, 0, { kind: "ReLU" }))).toEqual(["2", "3", "input"]);
  });

  test("when layers change places", () => {
    expect(reads(move(branched, 0, 2))).toEqual(["0", "1", "input"]);
    expect(reads(move(branched, 3, 1))).toEqual(["2", "3", "input"]);
  });

  test("and when it goes, what it read is read instead", () => {
    expect(reads(remove(branched, 1))).toEqual(["0", "1", "input"]);
    expect(reads(remove(branched, 2))).toEqual(["1", "1", "input"]);
    expect(reads(remove(remove(remove(branched, 0), 0), 0))).toEqual(["input", "input", "input"]);
  });

  test("under its name, too", () => {
    const called = { ...spiral, network: { layers: [{ kind: "Tanh" as const, name: "bent" }, { kind: "Add" as const, inputs: ["bent", "input"] }] } };
    expect(reads(insert(called, 0, { kind: "ReLU" }))).toEqual(["bent", "input"]);
    expect(reads(remove(called, 0))).toEqual(["input", "input"]);
  });
});
