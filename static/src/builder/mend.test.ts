import { expect, test } from "vitest";

import { catalogue, spiral } from "./catalogue.fixture";
import { fault } from "./document";
import { mendOf } from "./mend";

const problem = (code: string, values: Record<string, number | string>) => ({
  ...fault("x", code, "", ""),
  values,
});

test("a wrong number of outputs is mended by giving the last linear layer the right one", () => {
  const mend = mendOf(problem("outputs", { outputs: 3 }), spiral, catalogue);
  expect(mend?.words).toEqual({ key: "builder.mend.count", count: 3 });
  expect(mend?.next.network.layers.at(-1)).toMatchObject({ kind: "Linear", out_features: 3 });
});

test("a batch larger than the data becomes as large as the data", () => {
  expect(mendOf(problem("batch_over_data", { limit: 120 }), spiral, catalogue)?.next.batch).toBe(120);
});

test("a loss for classes becomes one for numbers, with one output", () => {
  const mend = mendOf(problem("loss_needs_classes", { loss: "CrossEntropyLoss" }), spiral, catalogue);
  expect([mend?.next.loss.kind, mend?.words]).toEqual([
    "MSELoss",
    { key: "builder.mend.loss", loss: "MSELoss" },
  ]);
});

test("what one press cannot mend has no button", () => {
  expect(mendOf(problem("too_slow", { limit: "9" }), spiral, catalogue)).toBeNull();
});
