import { describe, expect, test } from "vitest";

import { catalogue, spiral } from "./catalogue.fixture";
import { experimentFrom, fileName, fileText, missingParts, sameExperiment } from "./document";

test("an experiment written to a file reads back as itself", () => {
  expect(experimentFrom(JSON.parse(fileText(spiral)), catalogue)).toEqual(spiral);
});

test("what a document leaves out takes its default", () => {
  const { data, network, loss } = spiral;
  const found = experimentFrom({ data, network, loss, optimizer: { kind: "Adam" } as never }, catalogue);
  expect(found).toMatchObject({
    version: 1,
    name: "",
    batch: 32,
    dtype: "float32",
    optimizer: { lr: 0.001, eps: 1e-8 },
  });
  expect(found.seeds).toEqual({ data: 0, init: 0, order: 0, dropout: 0 });
});

describe("a part that only its author can choose", () => {
  test("is named when it is missing", () => {
    const found = missingParts({ data: spiral.data, network: {} as never });
    expect(found.map((each) => [each.where, each.code])).toEqual([
      ["loss", "missing"],
      ["optimizer", "missing"],
      ["network.layers", "missing"],
    ]);
    expect(missingParts(spiral)).toEqual([]);
  });
});

test("a file is named after its experiment, in letters every file system takes", () => {
  expect(fileName({ ...spiral, name: "Spiral, 2-8-1 / tanh!" })).toBe("spiral-2-8-1-tanh.json");
  expect(fileName({ ...spiral, name: "나선 1" })).toBe("나선-1.json");
  expect(fileName({ ...spiral, name: "../" })).toBe("experiment.json");
});

test("a default left out or another order of fields makes no other experiment", () => {
  const { seeds, dtype, ...rest } = spiral;
  const other = { dtype, seeds: { order: 11, init: 7, data: 3 } as typeof seeds, ...rest };
  expect(sameExperiment(spiral, other, catalogue)).toBe(true);
  expect(sameExperiment(spiral, { ...other, batch: 16 }, catalogue)).toBe(false);
});
