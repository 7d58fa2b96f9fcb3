// Generated from app/schema.py by `make types`; a test keeps it fresh.

/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Reply".
 */
export type Reply = Graph | Predictions | Proved | Problems;
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Request".
 */
export type Request = Open | Advance | Seek | LookAt | Edit | Respond | Predict | Prove;

export interface Messages {
  Catalogue: Catalogue;
  Experiment: Experiment;
  Reply: Reply;
  Request: Request;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Catalogue".
 */
export interface Catalogue {
  data: Kind[];
  examples: Experiment[];
  experiment: Setting[];
  initializers: Kind[];
  layers: Kind[];
  limits: {
    [k: string]: number;
  };
  losses: Kind[];
  notation: {
    [k: string]: Notes;
  };
  optimizers: Kind[];
  seeds: Setting[];
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Kind".
 */
export interface Kind {
  kind: string;
  settings: Setting[];
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Setting".
 */
export interface Setting {
  above: boolean;
  default: unknown;
  high: number | null;
  length: number;
  low: number | null;
  name: string;
  options: string[];
  type: "integer" | "number" | "boolean" | "option" | "choice";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Experiment".
 */
export interface Experiment {
  batch: number;
  data: Generated | Table;
  dtype: "float32" | "float64";
  loss: CrossEntropyLoss | BCEWithLogitsLoss | MSELoss | HuberLoss;
  name: string;
  network: Layers;
  optimizer: SGD | Adam | AdamW | RMSprop;
  seeds: Seeds;
  version: 1;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Generated".
 */
export interface Generated {
  kind: "circles" | "xor" | "gaussians" | "spiral" | "moons" | "checkerboard" | "plane" | "sine" | "multi_gaussian";
  noise: number;
  points: number;
  test: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Table".
 */
export interface Table {
  kind: "digits" | "iris" | "wine";
  standardize: boolean;
  test: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "CrossEntropyLoss".
 */
export interface CrossEntropyLoss {
  kind: "CrossEntropyLoss";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "BCEWithLogitsLoss".
 */
export interface BCEWithLogitsLoss {
  kind: "BCEWithLogitsLoss";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "MSELoss".
 */
export interface MSELoss {
  kind: "MSELoss";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "HuberLoss".
 */
export interface HuberLoss {
  delta: number;
  kind: "HuberLoss";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Layers".
 */
export interface Layers {
  layers: (Linear | Identity | ReLU | LeakyReLU | Tanh | Sigmoid | GELU | SiLU | Softplus | ELU)[];
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Linear".
 */
export interface Linear {
  bias: boolean;
  bias_init:
    | Default
    | Zeros
    | Constant
    | Normal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal;
  kind: "Linear";
  out_features: number;
  weight_init:
    | Default
    | Zeros
    | Constant
    | Normal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Default".
 */
export interface Default {
  kind: "default";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Zeros".
 */
export interface Zeros {
  kind: "zeros";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Constant".
 */
export interface Constant {
  kind: "constant";
  val: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Normal".
 */
export interface Normal {
  kind: "normal";
  mean: number;
  std: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Uniform".
 */
export interface Uniform {
  a: number;
  b: number;
  kind: "uniform";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "XavierUniform".
 */
export interface XavierUniform {
  gain: number;
  kind: "xavier_uniform";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "XavierNormal".
 */
export interface XavierNormal {
  gain: number;
  kind: "xavier_normal";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "KaimingUniform".
 */
export interface KaimingUniform {
  a: number;
  kind: "kaiming_uniform";
  mode: "fan_in" | "fan_out";
  nonlinearity: "linear" | "sigmoid" | "tanh" | "relu" | "leaky_relu" | "selu";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "KaimingNormal".
 */
export interface KaimingNormal {
  a: number;
  kind: "kaiming_normal";
  mode: "fan_in" | "fan_out";
  nonlinearity: "linear" | "sigmoid" | "tanh" | "relu" | "leaky_relu" | "selu";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Orthogonal".
 */
export interface Orthogonal {
  gain: number;
  kind: "orthogonal";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Identity".
 */
export interface Identity {
  kind: "Identity";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "ReLU".
 */
export interface ReLU {
  kind: "ReLU";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "LeakyReLU".
 */
export interface LeakyReLU {
  kind: "LeakyReLU";
  negative_slope: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Tanh".
 */
export interface Tanh {
  kind: "Tanh";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Sigmoid".
 */
export interface Sigmoid {
  kind: "Sigmoid";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "GELU".
 */
export interface GELU {
  approximate: "none" | "tanh";
  kind: "GELU";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "SiLU".
 */
export interface SiLU {
  kind: "SiLU";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Softplus".
 */
export interface Softplus {
  beta: number;
  kind: "Softplus";
  threshold: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "ELU".
 */
export interface ELU {
  alpha: number;
  kind: "ELU";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "SGD".
 */
export interface SGD {
  dampening: number;
  kind: "SGD";
  lr: number;
  momentum: number;
  nesterov: boolean;
  weight_decay: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Adam".
 */
export interface Adam {
  /**
   * @minItems 2
   * @maxItems 2
   */
  betas: [number, number];
  eps: number;
  kind: "Adam";
  lr: number;
  weight_decay: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "AdamW".
 */
export interface AdamW {
  /**
   * @minItems 2
   * @maxItems 2
   */
  betas: [number, number];
  eps: number;
  kind: "AdamW";
  lr: number;
  weight_decay: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "RMSprop".
 */
export interface RMSprop {
  alpha: number;
  centered: boolean;
  eps: number;
  kind: "RMSprop";
  lr: number;
  momentum: number;
  weight_decay: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Seeds".
 */
export interface Seeds {
  data: number;
  dropout: number;
  init: number;
  order: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Notes".
 */
export interface Notes {
  gradients: {
    [k: string]: string;
  };
  value: string;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Graph".
 */
export interface Graph {
  batches: number;
  data: DataFacts;
  generation: number;
  id: number;
  kind: "graph";
  layout: Layout;
  multiply_adds: number;
  nodes: GraphNode[];
  parameter_count: number;
  parameters: GraphParameter[];
  visits: Visit[];
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "DataFacts".
 */
export interface DataFacts {
  class_names: string[];
  classes: number | null;
  feature_names: string[];
  features: number;
  outputs: number;
  picture: [number, number] | null;
  points: number[][];
  test: number;
  train: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Layout".
 */
export interface Layout {
  layout: number;
  sections: Section[];
  whole: boolean;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Section".
 */
export interface Section {
  length: number;
  name: string;
  offset: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "GraphNode".
 */
export interface GraphNode {
  column: number;
  kind: string;
  layer: number;
  units: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "GraphParameter".
 */
export interface GraphParameter {
  name: string;
  node: number;
  offset: number;
  shape: number[];
  strides: number[];
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Visit".
 */
export interface Visit {
  node: number;
  phase: "forward" | "loss" | "backward" | "update";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Predictions".
 */
export interface Predictions {
  confusion: number[][];
  examples: Prediction[];
  generation: number;
  id: number;
  kind: "predictions";
  step: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Prediction".
 */
export interface Prediction {
  label: number;
  pixels: number[];
  predicted: number;
  probability: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Proved".
 */
export interface Proved {
  backprop: number;
  difference: number;
  generation: number;
  id: number;
  index: number[];
  kind: "proved";
  loss_down: number;
  loss_up: number;
  nudge: number;
  parameter: string;
  slope: number;
  step: number;
  trained: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Problems".
 */
export interface Problems {
  generation: number;
  id: number;
  kind: "problems";
  problems: Fault[];
  reason: "experiment" | "message" | "stale" | "fault";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Fault".
 */
export interface Fault {
  came: string;
  code: string;
  expected: string;
  values: {
    [k: string]: string | number;
  };
  where: string;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Open".
 */
export interface Open {
  edits: RateEdit[];
  experiment: Experiment;
  generation: number;
  id: number;
  kind: "open";
  look: Look;
  step: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "RateEdit".
 */
export interface RateEdit {
  kind: "learning_rate";
  step: number;
  value: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Look".
 */
export interface Look {
  column: number;
  example: number;
  node: number;
  row: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Advance".
 */
export interface Advance {
  generation: number;
  id: number;
  kind: "advance";
  steps: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Seek".
 */
export interface Seek {
  generation: number;
  id: number;
  kind: "seek";
  step: number;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "LookAt".
 */
export interface LookAt {
  generation: number;
  id: number;
  kind: "look";
  look: Look;
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Edit".
 */
export interface Edit {
  edit: RateEdit;
  generation: number;
  id: number;
  kind: "edit";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Respond".
 */
export interface Respond {
  generation: number;
  id: number;
  kind: "respond";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Predict".
 */
export interface Predict {
  generation: number;
  id: number;
  kind: "predict";
}
/**
 * This interface was referenced by `Messages`'s JSON-Schema
 * via the `definition` "Prove".
 */
export interface Prove {
  generation: number;
  id: number;
  index: number[];
  kind: "prove";
  parameter: string;
}
