// Generated from app/schema.py by `make types`; a test keeps it fresh.

export type Reply = Graph | Predictions | Proved | Problems;
export type Request = Open | Advance | Seek | LookAt | Edit | Respond | Predict | Prove;

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
  optional: boolean;
  options: string[];
  shortest: number;
  type: "integer" | "number" | "boolean" | "option" | "choice";
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
  layers: (
    | Linear
    | ResidualBlock
    | PReLU
    | Identity
    | ReLU
    | LeakyReLU
    | Tanh
    | Sigmoid
    | GELU
    | SiLU
    | Softplus
    | ELU
    | ReLU6
    | Hardtanh
    | Hardsigmoid
    | Hardswish
    | SELU
    | CELU
    | Softsign
    | LogSigmoid
    | Tanhshrink
    | Softshrink
    | Hardshrink
    | Softmax
    | LogSoftmax
    | Conv1D
    | Conv2D
    | ConvTranspose1D
    | ConvTranspose2D
    | BasicBlock
    | BatchNorm1D
    | BatchNorm2D
    | GroupNorm
    | LayerNorm
    | RMSNorm
    | Dropout
    | GRU
    | LSTM
    | RNN
    | Embedding
    | PositionalEmbedding
    | SinusoidalEncoding
    | MultiheadAttention
    | TransformerEncoderLayer
    | TransformerDecoderLayer
    | ScaledDotProductAttention
    | Add
    | Multiply
    | Concat
    | Sum
    | Mean
    | Max
    | Flatten
    | Unflatten
    | Transpose
    | Select
    | Slice
  )[];
}
export interface Linear {
  bias: boolean;
  bias_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
  frozen?: boolean;
  inputs?: string[];
  kind: "Linear";
  name?: string;
  out_features: number;
  shares?: string;
  weight_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
}
export interface Default {
  kind: "default";
}
export interface Zeros {
  kind: "zeros";
}
export interface Ones {
  kind: "ones";
}
export interface Constant {
  kind: "constant";
  val: number;
}
export interface Normal {
  kind: "normal";
  mean: number;
  std: number;
}
export interface TruncNormal {
  a: number;
  b: number;
  kind: "trunc_normal";
  mean: number;
  std: number;
}
export interface Uniform {
  a: number;
  b: number;
  kind: "uniform";
}
export interface XavierUniform {
  gain: number;
  kind: "xavier_uniform";
}
export interface XavierNormal {
  gain: number;
  kind: "xavier_normal";
}
export interface KaimingUniform {
  a: number;
  kind: "kaiming_uniform";
  mode: "fan_in" | "fan_out";
  nonlinearity: "linear" | "sigmoid" | "tanh" | "relu" | "leaky_relu" | "selu";
}
export interface KaimingNormal {
  a: number;
  kind: "kaiming_normal";
  mode: "fan_in" | "fan_out";
  nonlinearity: "linear" | "sigmoid" | "tanh" | "relu" | "leaky_relu" | "selu";
}
export interface Orthogonal {
  gain: number;
  kind: "orthogonal";
}
export interface Eye {
  kind: "eye";
}
export interface Sparse {
  kind: "sparse";
  sparsity: number;
  std: number;
}
export interface ResidualBlock {
  activation: "ReLU" | "GELU" | "Tanh";
  frozen?: boolean;
  hidden_features: number;
  inputs?: string[];
  kind: "ResidualBlock";
  name?: string;
  norm: "none" | "pre" | "post";
  shares?: string;
}
export interface PReLU {
  frozen?: boolean;
  init: number;
  inputs?: string[];
  kind: "PReLU";
  name?: string;
  num_parameters: number;
  shares?: string;
}
export interface Identity {
  frozen?: boolean;
  inputs?: string[];
  kind: "Identity";
  name?: string;
  shares?: string;
}
export interface ReLU {
  frozen?: boolean;
  inputs?: string[];
  kind: "ReLU";
  name?: string;
  shares?: string;
}
export interface LeakyReLU {
  frozen?: boolean;
  inputs?: string[];
  kind: "LeakyReLU";
  name?: string;
  negative_slope: number;
  shares?: string;
}
export interface Tanh {
  frozen?: boolean;
  inputs?: string[];
  kind: "Tanh";
  name?: string;
  shares?: string;
}
export interface Sigmoid {
  frozen?: boolean;
  inputs?: string[];
  kind: "Sigmoid";
  name?: string;
  shares?: string;
}
export interface GELU {
  approximate: "none" | "tanh";
  frozen?: boolean;
  inputs?: string[];
  kind: "GELU";
  name?: string;
  shares?: string;
}
export interface SiLU {
  frozen?: boolean;
  inputs?: string[];
  kind: "SiLU";
  name?: string;
  shares?: string;
}
export interface Softplus {
  beta: number;
  frozen?: boolean;
  inputs?: string[];
  kind: "Softplus";
  name?: string;
  shares?: string;
  threshold: number;
}
export interface ELU {
  alpha: number;
  frozen?: boolean;
  inputs?: string[];
  kind: "ELU";
  name?: string;
  shares?: string;
}
export interface ReLU6 {
  frozen?: boolean;
  inputs?: string[];
  kind: "ReLU6";
  name?: string;
  shares?: string;
}
export interface Hardtanh {
  frozen?: boolean;
  inputs?: string[];
  kind: "Hardtanh";
  max_val: number;
  min_val: number;
  name?: string;
  shares?: string;
}
export interface Hardsigmoid {
  frozen?: boolean;
  inputs?: string[];
  kind: "Hardsigmoid";
  name?: string;
  shares?: string;
}
export interface Hardswish {
  frozen?: boolean;
  inputs?: string[];
  kind: "Hardswish";
  name?: string;
  shares?: string;
}
export interface SELU {
  frozen?: boolean;
  inputs?: string[];
  kind: "SELU";
  name?: string;
  shares?: string;
}
export interface CELU {
  alpha: number;
  frozen?: boolean;
  inputs?: string[];
  kind: "CELU";
  name?: string;
  shares?: string;
}
export interface Softsign {
  frozen?: boolean;
  inputs?: string[];
  kind: "Softsign";
  name?: string;
  shares?: string;
}
export interface LogSigmoid {
  frozen?: boolean;
  inputs?: string[];
  kind: "LogSigmoid";
  name?: string;
  shares?: string;
}
export interface Tanhshrink {
  frozen?: boolean;
  inputs?: string[];
  kind: "Tanhshrink";
  name?: string;
  shares?: string;
}
export interface Softshrink {
  frozen?: boolean;
  inputs?: string[];
  kind: "Softshrink";
  lambd: number;
  name?: string;
  shares?: string;
}
export interface Hardshrink {
  frozen?: boolean;
  inputs?: string[];
  kind: "Hardshrink";
  lambd: number;
  name?: string;
  shares?: string;
}
export interface Softmax {
  frozen?: boolean;
  inputs?: string[];
  kind: "Softmax";
  name?: string;
  shares?: string;
}
export interface LogSoftmax {
  frozen?: boolean;
  inputs?: string[];
  kind: "LogSoftmax";
  name?: string;
  shares?: string;
}
export interface Conv1D {
  bias: boolean;
  bias_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
  dilation: number;
  frozen?: boolean;
  groups: number;
  inputs?: string[];
  kernel_size: number;
  kind: "Conv1d";
  name?: string;
  out_channels: number;
  padding: number;
  shares?: string;
  stride: number;
  weight_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
}
export interface Conv2D {
  bias: boolean;
  bias_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
  /**
   * @minItems 2
   * @maxItems 2
   */
  dilation: [number, number];
  frozen?: boolean;
  groups: number;
  inputs?: string[];
  /**
   * @minItems 2
   * @maxItems 2
   */
  kernel_size: [number, number];
  kind: "Conv2d";
  name?: string;
  out_channels: number;
  /**
   * @minItems 2
   * @maxItems 2
   */
  padding: [number, number];
  shares?: string;
  /**
   * @minItems 2
   * @maxItems 2
   */
  stride: [number, number];
  weight_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
}
export interface ConvTranspose1D {
  bias: boolean;
  bias_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
  dilation: number;
  frozen?: boolean;
  groups: number;
  inputs?: string[];
  kernel_size: number;
  kind: "ConvTranspose1d";
  name?: string;
  out_channels: number;
  output_padding: number;
  padding: number;
  shares?: string;
  stride: number;
  weight_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
}
export interface ConvTranspose2D {
  bias: boolean;
  bias_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
  /**
   * @minItems 2
   * @maxItems 2
   */
  dilation: [number, number];
  frozen?: boolean;
  groups: number;
  inputs?: string[];
  /**
   * @minItems 2
   * @maxItems 2
   */
  kernel_size: [number, number];
  kind: "ConvTranspose2d";
  name?: string;
  out_channels: number;
  /**
   * @minItems 2
   * @maxItems 2
   */
  output_padding: [number, number];
  /**
   * @minItems 2
   * @maxItems 2
   */
  padding: [number, number];
  shares?: string;
  /**
   * @minItems 2
   * @maxItems 2
   */
  stride: [number, number];
  weight_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
}
export interface BasicBlock {
  frozen?: boolean;
  inputs?: string[];
  kind: "BasicBlock";
  name?: string;
  planes: number;
  shares?: string;
  stride: number;
}
export interface BatchNorm1D {
  affine: boolean;
  eps: number;
  frozen?: boolean;
  inputs?: string[];
  kind: "BatchNorm1d";
  momentum: number | null;
  name?: string;
  shares?: string;
  track_running_stats: boolean;
}
export interface BatchNorm2D {
  affine: boolean;
  eps: number;
  frozen?: boolean;
  inputs?: string[];
  kind: "BatchNorm2d";
  momentum: number | null;
  name?: string;
  shares?: string;
  track_running_stats: boolean;
}
export interface GroupNorm {
  affine: boolean;
  eps: number;
  frozen?: boolean;
  inputs?: string[];
  kind: "GroupNorm";
  name?: string;
  num_groups: number;
  shares?: string;
}
export interface LayerNorm {
  bias: boolean;
  elementwise_affine: boolean;
  eps: number;
  frozen?: boolean;
  inputs?: string[];
  kind: "LayerNorm";
  name?: string;
  shares?: string;
}
export interface RMSNorm {
  elementwise_affine: boolean;
  eps: number | null;
  frozen?: boolean;
  inputs?: string[];
  kind: "RMSNorm";
  name?: string;
  shares?: string;
}
export interface Dropout {
  frozen?: boolean;
  inputs?: string[];
  kind: "Dropout";
  name?: string;
  p: number;
  shares?: string;
}
export interface GRU {
  bias: boolean;
  bias_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
  bidirectional: boolean;
  dropout: number;
  frozen?: boolean;
  hidden_size: number;
  inputs?: string[];
  kind: "GRU";
  name?: string;
  num_layers: number;
  returns: "output" | "h_n";
  shares?: string;
  truncate: number;
  weight_hh_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
  weight_ih_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
}
export interface LSTM {
  bias: boolean;
  bias_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
  bidirectional: boolean;
  dropout: number;
  forget_bias: number;
  frozen?: boolean;
  hidden_size: number;
  inputs?: string[];
  kind: "LSTM";
  name?: string;
  num_layers: number;
  returns: "output" | "h_n";
  shares?: string;
  truncate: number;
  weight_hh_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
  weight_ih_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
}
export interface RNN {
  bias: boolean;
  bias_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
  bidirectional: boolean;
  dropout: number;
  frozen?: boolean;
  hidden_size: number;
  inputs?: string[];
  kind: "RNN";
  name?: string;
  nonlinearity: "tanh" | "relu";
  num_layers: number;
  returns: "output" | "h_n";
  shares?: string;
  truncate: number;
  weight_hh_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
  weight_ih_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
}
export interface Embedding {
  embedding_dim: number;
  frozen?: boolean;
  inputs?: string[];
  kind: "Embedding";
  name?: string;
  num_embeddings: number;
  shares?: string;
  weight_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
}
export interface PositionalEmbedding {
  frozen?: boolean;
  inputs?: string[];
  kind: "PositionalEmbedding";
  max_len: number;
  name?: string;
  shares?: string;
  weight_init:
    | Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse;
}
export interface SinusoidalEncoding {
  frozen?: boolean;
  inputs?: string[];
  kind: "SinusoidalEncoding";
  name?: string;
  shares?: string;
}
export interface MultiheadAttention {
  bias: boolean;
  dropout: number;
  frozen?: boolean;
  inputs?: string[];
  is_causal: boolean;
  kind: "MultiheadAttention";
  name?: string;
  num_heads: number;
  shares?: string;
}
export interface TransformerEncoderLayer {
  activation: "relu" | "gelu";
  bias: boolean;
  dim_feedforward: number;
  dropout: number;
  frozen?: boolean;
  inputs?: string[];
  is_causal: boolean;
  kind: "TransformerEncoderLayer";
  layer_norm_eps: number;
  name?: string;
  nhead: number;
  norm_first: boolean;
  shares?: string;
}
export interface TransformerDecoderLayer {
  activation: "relu" | "gelu";
  bias: boolean;
  dim_feedforward: number;
  dropout: number;
  frozen?: boolean;
  inputs?: string[];
  is_causal: boolean;
  kind: "TransformerDecoderLayer";
  layer_norm_eps: number;
  name?: string;
  nhead: number;
  norm_first: boolean;
  shares?: string;
}
export interface ScaledDotProductAttention {
  dropout_p: number;
  frozen?: boolean;
  inputs?: string[];
  is_causal: boolean;
  kind: "ScaledDotProductAttention";
  name?: string;
  num_heads: number;
  shares?: string;
}
export interface Add {
  frozen?: boolean;
  inputs?: string[];
  kind: "Add";
  name?: string;
  shares?: string;
}
export interface Multiply {
  frozen?: boolean;
  inputs?: string[];
  kind: "Multiply";
  name?: string;
  shares?: string;
}
export interface Concat {
  frozen?: boolean;
  inputs?: string[];
  kind: "Concat";
  name?: string;
  shares?: string;
}
export interface Sum {
  frozen?: boolean;
  inputs?: string[];
  kind: "Sum";
  name?: string;
  shares?: string;
}
export interface Mean {
  frozen?: boolean;
  inputs?: string[];
  kind: "Mean";
  name?: string;
  shares?: string;
}
export interface Max {
  frozen?: boolean;
  inputs?: string[];
  kind: "Max";
  name?: string;
  shares?: string;
}
export interface Flatten {
  frozen?: boolean;
  inputs?: string[];
  kind: "Flatten";
  name?: string;
  shares?: string;
}
export interface Unflatten {
  frozen?: boolean;
  inputs?: string[];
  kind: "Unflatten";
  name?: string;
  shares?: string;
  /**
   * @minItems 2
   * @maxItems 3
   */
  unflattened_size: [number, number] | [number, number, number];
}
export interface Transpose {
  frozen?: boolean;
  inputs?: string[];
  kind: "Transpose";
  name?: string;
  shares?: string;
}
export interface Select {
  frozen?: boolean;
  index: number;
  inputs?: string[];
  kind: "Select";
  name?: string;
  shares?: string;
}
export interface Slice {
  dim: number;
  frozen?: boolean;
  inputs?: string[];
  kind: "Slice";
  name?: string;
  shares?: string;
  start: number;
  stop: number | null;
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
