import { describe, expect, test } from "vitest";

import { catalogue } from "./catalogue.fixture";
import { completed, fresh, named, swapped } from "./kinds";

const linear = named(catalogue.layers, "Linear");

test("a fresh kind has every setting at its default", () => {
  expect(fresh(linear)).toEqual({
    kind: "Linear",
    out_features: 8,
    bias: true,
    weight_init: { kind: "default" },
  });
});

test("two fresh kinds share no inner object, so that editing one leaves the other alone", () => {
  expect(fresh(linear)["weight_init"]).not.toBe(fresh(linear)["weight_init"]);
});

test("an unknown kind is refused with the kinds there are", () => {
  expect(() => named(catalogue.layers, "Conv9d")).toThrow("expected one of Linear, Tanh, ReLU, Add, got Conv9d");
});

describe("swapping a kind", () => {
  test("keeps what was set by hand and both kinds have", () => {
    const adam = swapped({ kind: "SGD", lr: 0.5, momentum: 0.9 }, catalogue.optimizers, "Adam");
    expect(adam).toEqual({ kind: "Adam", lr: 0.5, eps: 1e-8 });
  });

  test("takes the new kind's default where the old one was never changed", () => {
    const digits = swapped({ kind: "spiral", points: 400, noise: 0.05, test: 0.3 }, catalogue.data, "digits");
    expect(digits).toEqual({ kind: "digits", test: 0.2, standardize: false });
  });
});

test("a document's choice is completed, and so is a choice inside it", () => {
  const found = completed(
    { kind: "Linear", weight_init: { kind: "normal", std: 2 } },
    catalogue.layers,
    catalogue.initializers,
  );
  expect(found).toEqual({ ...fresh(linear), weight_init: { kind: "normal", mean: 0, std: 2 } });
});
