import { describe, expect, test } from "vitest";

import type { Experiment } from "../wire/messages";
import { catalogue, spiral } from "./catalogue.fixture";
import { addition, factsOf, fitting, outputsNeeded, withOutputs } from "./fit";
import { insert } from "./layers";

const outputs = (of: Experiment) =>
  of.network.layers.map((layer) => (layer.kind === "Linear" ? layer.out_features : 0));

describe("choosing other data", () => {
  test("with several classes brings softmax cross-entropy and an output a class", () => {
    const digits = fitting(spiral, "digits", catalogue);
    expect(digits.data).toEqual({ kind: "digits", test: 0.2, standardize: false });
    expect(digits.loss).toEqual({ kind: "CrossEntropyLoss" });
    expect(outputs(digits)).toEqual([8, 0, 10]);
  });

  test("with numbers to predict brings the mean squared error and one output", () => {
    const sine = fitting(fitting(spiral, "digits", catalogue), "sine", catalogue);
    expect([sine.loss.kind, outputs(sine)]).toEqual(["MSELoss", [8, 0, 1]]);
  });

  test("and going back brings back loss and outputs", () => {
    const back = fitting(fitting(spiral, "iris", catalogue), "spiral", catalogue);
    expect([back.loss, outputs(back)]).toEqual([spiral.loss, outputs(spiral)]);
  });

  test("keeps a loss that was chosen for the same task, and the outputs that it needs", () => {
    const softmax = withOutputs({ ...spiral, loss: { kind: "CrossEntropyLoss", label_smoothing: 0 } }, 2, catalogue);
    const moons = fitting(softmax, "moons", catalogue);
    expect([moons.loss.kind, outputs(moons)]).toEqual(["CrossEntropyLoss", [8, 0, 2]]);
  });

  test("leaves optimizer, batch and seeds alone", () => {
    const { optimizer, batch, seeds } = fitting(spiral, "digits", catalogue);
    expect({ optimizer, batch, seeds }).toEqual({
      optimizer: spiral.optimizer,
      batch: 32,
      seeds: spiral.seeds,
    });
  });
});

test("the last linear layer is resized, though an activation follows it", () => {
  const after = insert(spiral, 3, { kind: "Tanh" });
  expect(outputs(withOutputs(after, 5, catalogue))).toEqual([8, 0, 5, 0]);
});

test("a network without a linear layer gets one at its end", () => {
  const none = { ...spiral, network: { layers: [{ kind: "Tanh" as const }] } };
  expect(outputs(withOutputs(none, 3, catalogue))).toEqual([0, 3]);
});

test("a linear layer added at the end has the outputs that the loss needs, elsewhere the default", () => {
  expect(addition(spiral, "Linear", 3, catalogue)).toMatchObject({ kind: "Linear", out_features: 1 });
  expect(addition(spiral, "Linear", 1, catalogue)).toMatchObject({ kind: "Linear", out_features: 8 });
  expect(addition(spiral, "ReLU", 3, catalogue)).toEqual({ kind: "ReLU" });
});

test("two classes need one output, or two for a softmax", () => {
  const two = factsOf("moons", catalogue);
  expect([outputsNeeded("BCEWithLogitsLoss", two), outputsNeeded("MSELoss", two)]).toEqual([1, 1]);
  expect([outputsNeeded("CrossEntropyLoss", two), outputsNeeded("MSELoss", factsOf("iris", catalogue))]).toEqual([2, 3]);
});
