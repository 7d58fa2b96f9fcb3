// Generated from app/schema.py by `make types`; a test keeps it fresh.

export type Reply = Graph | Predictions | Proved | Statistics | Sampled | Problems | Queued;
export type Request = Open | Advance | Seek | LookAt | Edit | Respond | Predict | Prove | Summarize | Sample;

export interface Messages {
  Catalogue: Catalogue;
  Experiment: Experiment;
  Reply: Reply;
  Request: Request;
}
export interface Catalogue {
  clips: Kind[];
  data: DataKind[];
  examples: Experiment[];
  experiment: Setting[];
  initializers: Kind[];
  layers: LayerKind[];
  limits: {
    [k: string]: number;
  };
  losses: Kind[];
  notation: {
    [k: string]: Notes;
  };
  optimizers: Kind[];
  schedules: Kind[];
  seeds: Setting[];
}
export interface Kind {
  kind: string;
  settings: Setting[];
}
export interface Setting {
  above: boolean;
  default: unknown;
  high: number | null;
  length: number;
  low: number | null;
  name: string;
  noted: Noted | null;
  optional: boolean;
  options: string[];
  shortest: number;
  type: "integer" | "number" | "boolean" | "option" | "choice";
}
export interface Noted {
  code: string;
  says: string;
  value: number;
}
export interface DataKind {
  classes: number | null;
  group: "made" | "real" | "regression" | "sequence";
  kind: string;
  outputs: number;
  positions: number[];
  settings: Setting[];
  shape: number[];
}
export interface Experiment {
  accumulate: number;
  batch: number;
  clip: NoClip | ClipGradNorm | ClipGradValue;
  data: Generated | Table | Recall | Sequences | Text;
  dtype: "float32" | "float64";
  l1: number;
  loss: CrossEntropyLoss | NLLLoss | BCEWithLogitsLoss | MSELoss | HuberLoss;
  name: string;
  network: Layers;
  optimizer: SGD | Adam | AdamW | RMSprop | Adagrad | Adadelta | Adamax | NAdam | RAdam | Lion;
  schedule:
    NoSchedule | StepLR | MultiStepLR | ExponentialLR | LinearLR | CosineAnnealingLR | OneCycleLR | ReduceLROnPlateau;
  seeds: Seeds;
  version: 1;
}
export interface NoClip {
  kind: "none";
}
export interface ClipGradNorm {
  kind: "clip_grad_norm";
  max_norm: number;
}
export interface ClipGradValue {
  clip_value: number;
  kind: "clip_grad_value";
}
export interface Generated {
  kind: "circles" | "xor" | "gaussians" | "spiral" | "moons" | "checkerboard" | "plane" | "sine" | "multi_gaussian";
  noise: number;
  points: number;
  test: number;
}
export interface Table {
  kind: "digits" | "iris" | "wine";
  standardize: boolean;
  test: number;
}
export interface Recall {
  kind: "copy" | "reverse";
  length: number;
  letters: number;
  sequences: number;
  test: number;
}
export interface Sequences {
  kind: "adding" | "parity" | "latch";
  length: number;
  sequences: number;
  test: number;
}
export interface Text {
  kind: "text";
  length: number;
  test: number;
}
export interface CrossEntropyLoss {
  kind: "CrossEntropyLoss";
  label_smoothing: number;
}
export interface NLLLoss {
  kind: "NLLLoss";
}
export interface BCEWithLogitsLoss {
  kind: "BCEWithLogitsLoss";
}
export interface MSELoss {
  kind: "MSELoss";
}
export interface HuberLoss {
  delta: number;
  kind: "HuberLoss";
}
export interface Layers {
  layers: Layer[];
}
export interface Layer {
  frozen?: boolean;
  inputs?: string[];
  kind: string;
  name?: string;
  shares?: string;
  [k: string]: unknown;
}
export interface SGD {
  dampening: number;
  kind: "SGD";
  lr: number;
  momentum: number;
  nesterov: boolean;
  weight_decay: number;
}
export interface Adam {
  amsgrad: boolean;
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
export interface AdamW {
  amsgrad: boolean;
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
export interface RMSprop {
  alpha: number;
  centered: boolean;
  eps: number;
  kind: "RMSprop";
  lr: number;
  momentum: number;
  weight_decay: number;
}
export interface Adagrad {
  eps: number;
  initial_accumulator_value: number;
  kind: "Adagrad";
  lr: number;
  lr_decay: number;
  weight_decay: number;
}
export interface Adadelta {
  eps: number;
  kind: "Adadelta";
  lr: number;
  rho: number;
  weight_decay: number;
}
export interface Adamax {
  /**
   * @minItems 2
   * @maxItems 2
   */
  betas: [number, number];
  eps: number;
  kind: "Adamax";
  lr: number;
  weight_decay: number;
}
export interface NAdam {
  /**
   * @minItems 2
   * @maxItems 2
   */
  betas: [number, number];
  decoupled_weight_decay: boolean;
  eps: number;
  kind: "NAdam";
  lr: number;
  momentum_decay: number;
  weight_decay: number;
}
export interface RAdam {
  /**
   * @minItems 2
   * @maxItems 2
   */
  betas: [number, number];
  decoupled_weight_decay: boolean;
  eps: number;
  kind: "RAdam";
  lr: number;
  weight_decay: number;
}
export interface Lion {
  /**
   * @minItems 2
   * @maxItems 2
   */
  betas: [number, number];
  kind: "Lion";
  lr: number;
  weight_decay: number;
}
export interface NoSchedule {
  kind: "none";
}
export interface StepLR {
  gamma: number;
  kind: "StepLR";
  step_size: number;
}
export interface MultiStepLR {
  gamma: number;
  kind: "MultiStepLR";
  milestones: number[];
}
export interface ExponentialLR {
  gamma: number;
  kind: "ExponentialLR";
}
export interface LinearLR {
  end_factor: number;
  kind: "LinearLR";
  start_factor: number;
  total_iters: number;
}
export interface CosineAnnealingLR {
  T_max: number;
  eta_min: number;
  kind: "CosineAnnealingLR";
}
export interface OneCycleLR {
  anneal_strategy: "cos" | "linear";
  base_momentum: number;
  cycle_momentum: boolean;
  div_factor: number;
  final_div_factor: number;
  kind: "OneCycleLR";
  max_lr: number;
  max_momentum: number;
  pct_start: number;
  three_phase: boolean;
  total_steps: number;
}
export interface ReduceLROnPlateau {
  cooldown: number;
  eps: number;
  factor: number;
  kind: "ReduceLROnPlateau";
  min_lr: number;
  patience: number;
  threshold: number;
  threshold_mode: "rel" | "abs";
}
export interface Seeds {
  data: number;
  dropout: number;
  init: number;
  order: number;
}
export interface LayerKind {
  group: string;
  kind: string;
  /**
   * @minItems 2
   * @maxItems 2
   */
  reads: [number, number];
  settings: Setting[];
}
export interface Notes {
  gradients: {
    [k: string]: string;
  };
  value: string;
}
export interface Graph {
  batches: number;
  data: DataFacts;
  edits: (LearningRate | SetWeight | Freeze)[];
  experiment: Experiment;
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
export interface DataFacts {
  class_names: string[];
  classes: number | null;
  feature_names: string[];
  features: number;
  outputs: number;
  picture: [number, number] | null;
  points: number[][];
  shape: number[];
  test: number;
  train: number;
}
export interface LearningRate {
  kind: "learning_rate";
  step: number;
  value: number;
}
export interface SetWeight {
  index: number[];
  kind: "set_weight";
  parameter: string;
  step: number;
  value: number;
}
export interface Freeze {
  frozen: boolean;
  kind: "freeze";
  layer: string;
  step: number;
}
export interface Layout {
  layout: number;
  sections: Section[];
  whole: boolean;
}
export interface Section {
  length: number;
  name: string;
  offset: number;
}
export interface GraphNode {
  column: number;
  group: string;
  kind: string;
  layer: number;
  path: string;
  shape: number[];
  sources: number[];
  units: number;
}
export interface GraphParameter {
  name: string;
  node: number;
  offset: number;
  shape: number[];
  strides: number[];
}
export interface Visit {
  node: number;
  phase: "forward" | "loss" | "backward" | "update";
}
export interface Predictions {
  confusion: number[][];
  examples: Prediction[];
  generation: number;
  id: number;
  kind: "predictions";
  step: number;
}
export interface Prediction {
  label: number;
  pixels: number[];
  predicted: number;
  probability: number;
}
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
export interface Statistics {
  generation: number;
  id: number;
  kind: "statistics";
  nodes: NodeStatistics[];
  parameters: ParameterStatistics[];
  step: number;
}
export interface NodeStatistics {
  dead: number;
  gradient: Summary | null;
  output: Summary;
  place: number;
  saturated: number;
}
export interface Summary {
  count: number;
  decades: number[];
  huge: number;
  infinite: number;
  mean: number;
  nan: number;
  norm: number;
  spread: number;
  tiny: number;
  zeros: number;
}
export interface ParameterStatistics {
  gradient: Summary;
  name: string;
  ratio: number;
  update: Summary;
  value: Summary;
}
export interface Sampled {
  generation: number;
  gradients: number[];
  id: number;
  index: number[];
  kind: "sampled";
  parameter: string;
  step: number;
}
export interface Problems {
  generation: number;
  id: number;
  kind: "problems";
  problems: Fault[];
  reason: "experiment" | "message" | "stale" | "fault";
}
export interface Fault {
  came: string;
  code: string;
  expected: string;
  values: {
    [k: string]: string | number;
  };
  where: string;
}
export interface Queued {
  generation: number;
  id: number;
  kind: "queued";
  place: number;
}
export interface Open {
  edits: (LearningRate | SetWeight | Freeze)[];
  experiment: Experiment;
  generation: number;
  id: number;
  kind: "open";
  look: Look;
  step: number;
}
export interface Look {
  column: number;
  example: number;
  node: number;
  row: number;
}
export interface Advance {
  generation: number;
  id: number;
  kind: "advance";
  steps: number;
}
export interface Seek {
  generation: number;
  id: number;
  kind: "seek";
  step: number;
}
export interface LookAt {
  generation: number;
  id: number;
  kind: "look";
  look: Look;
}
export interface Edit {
  edit: LearningRate | SetWeight | Freeze;
  generation: number;
  id: number;
  kind: "edit";
}
export interface Respond {
  generation: number;
  id: number;
  kind: "respond";
}
export interface Predict {
  generation: number;
  id: number;
  kind: "predict";
}
export interface Prove {
  generation: number;
  id: number;
  index: number[];
  kind: "prove";
  parameter: string;
}
export interface Summarize {
  generation: number;
  id: number;
  kind: "summarize";
}
export interface Sample {
  generation: number;
  id: number;
  index: number[];
  kind: "sample";
  parameter: string;
}
