/** Test aid: a small catalogue in the form the service sends. */
import type { Catalogue, DataKind, Experiment, Kind, LayerKind, Setting } from "../wire/messages";

function setting(name: string, value: unknown, more: Partial<Setting> = {}): Setting {
  const type = typeof value === "boolean" ? "boolean" : "number";
  const plain = { low: null, high: null, above: false, options: [], length: 1, shortest: 1, optional: false };
  return { name, type, default: value, ...plain, noted: null, ...more };
}

export const rate = setting("lr", 0.001, {
  low: 0,
  high: 1e6,
  noted: { value: 0, code: "still", says: "nothing moves" },
});
export const units = setting("out_features", 8, { type: "integer", low: 1, high: 4096 });
export const epsilon = setting("eps", 1e-8, { low: 0, high: 1, above: true });

const points = setting("points", 400, { type: "integer", low: 10, high: 20000 });
const noise = setting("noise", 0.05, { low: 0, high: 1 });
const made = [points, noise, setting("test", 0.3)];
const real = [setting("test", 0.2), setting("standardize", false)];
const start = setting("weight_init", { kind: "default" }, { type: "choice" });
const kind = (name: string, settings: Setting[] = []): Kind => ({ kind: name, settings });

const data = (
  name: string,
  settings: Setting[],
  group: DataKind["group"],
  features: number,
  classes: number | null,
): DataKind => ({ ...kind(name, settings), group, shape: [features], classes, outputs: classes ?? 1, positions: [] });
const layer = (name: string, group: string, settings: Setting[] = []): LayerKind => ({
  ...kind(name, settings),
  group,
  reads: [1, 1],
});

export const catalogue: Catalogue = {
  data: [
    data("spiral", made, "made", 2, 2),
    data("moons", made, "made", 2, 2),
    data("sine", made, "regression", 1, null),
    data("digits", real, "real", 64, 10),
    data("iris", real, "real", 4, 3),
  ],
  layers: [
    layer("Linear", "dense", [units, setting("bias", true), start]),
    layer("Tanh", "activation"),
    layer("ReLU", "activation"),
    { ...layer("Add", "join"), reads: [2, 16] },
  ],
  losses: ["CrossEntropyLoss", "BCEWithLogitsLoss", "MSELoss", "HuberLoss"].map((name) => kind(name)),
  optimizers: [kind("SGD", [rate, setting("momentum", 0)]), kind("Adam", [rate, epsilon])],
  initializers: [kind("default"), kind("normal", [setting("mean", 0), setting("std", 1)])],
  schedules: [kind("none"), kind("ExponentialLR", [setting("gamma", 0.999)])],
  clips: [kind("none"), kind("clip_grad_norm", [setting("max_norm", 1)])],
  experiment: [
    setting("l1", 0),
    setting("accumulate", 1, { type: "integer" }),
    setting("batch", 32, { type: "integer", low: 1, high: 4096 }),
    setting("dtype", "float32"),
  ],
  seeds: ["data", "init", "order", "dropout"].map((name) => setting(name, 0, { type: "integer" })),
  limits: {},
  notation: {},
  examples: [],
};

const linear = (out_features: number) =>
  ({
    kind: "Linear",
    out_features,
    bias: true,
    weight_init: { kind: "default" },
    bias_init: { kind: "default" },
  }) as const;

/** Spiral, 2-8-1 tanh. */
export const spiral: Experiment = {
  version: 1,
  name: "spiral",
  data: { kind: "spiral", points: 400, noise: 0.05, test: 0.3 },
  network: { layers: [linear(8), { kind: "Tanh" }, linear(1)] },
  loss: { kind: "BCEWithLogitsLoss" },
  optimizer: { kind: "SGD", lr: 0.03, momentum: 0, dampening: 0, nesterov: false, weight_decay: 0 },
  schedule: { kind: "none" },
  l1: 0,
  clip: { kind: "none" },
  accumulate: 1,
  batch: 32,
  seeds: { data: 3, init: 7, order: 11, dropout: 0 },
  dtype: "float32",
};
