/** Test aid: networks as the service describes them, and a frame of a 2-3-1 tanh net whose numbers are known. */
import { Frame, readHeader } from "./wire/frame";
import type { DataFacts, Experiment, Graph, GraphNode, Layout, Visit } from "./wire/messages";

interface Facts {
  picture?: [number, number];
  classes?: string[];
  names?: string[];
  generation?: number;
}

export const EXPERIMENT: Experiment = {
  version: 1,
  name: "나선 spiral",
  data: { kind: "spiral", points: 50, noise: 0.05, test: 0.2 },
  network: { layers: [] },
  loss: { kind: "BCEWithLogitsLoss" },
  optimizer: { kind: "SGD", lr: 0.03, momentum: 0, dampening: 0, nesterov: false, weight_decay: 0 },
  schedule: { kind: "none" },
  l1: 0,
  clip: { kind: "none" },
  accumulate: 1,
  batch: 4,
  seeds: { data: 3, init: 7, order: 11, dropout: 0 },
  dtype: "float32",
};

/** A node of a plain chain: it reads the one before it. */
export function chained(nodes: readonly Pick<GraphNode, "kind" | "layer" | "column" | "units">[]): GraphNode[] {
  const group = (kind: string): string => ({ Linear: "dense", Tanh: "activation" })[kind] ?? "loss";
  return nodes.map((node, k) => ({
    ...node,
    group: group(node.kind),
    path: `${node.layer}`,
    shape: [node.units],
    sources: [k - 1],
  }));
}

/** Linear layers of these widths with Tanh between them, under one loss. Weights are stored by columns. */
export function network(features: number, widths: readonly number[], facts: Facts = {}): Graph {
  const nodes = widths.flatMap((units, k) => {
    const linear = { kind: "Linear", layer: 2 * k, column: k + 1, units };
    return k < widths.length - 1
      ? [linear, { kind: "Tanh", layer: 2 * k + 1, column: k + 1, units }]
      : [linear];
  });
  const last = nodes.length;
  const parameters: Graph["parameters"] = [];
  let offset = 0;
  for (const [k, units] of widths.entries()) {
    const fan = k === 0 ? features : (widths[k - 1] as number);
    parameters.push({
      name: `${2 * k}.weight`,
      node: 2 * k,
      shape: [units, fan],
      offset,
      strides: [1, units],
    });
    offset += units * fan;
    parameters.push({ name: `${2 * k}.bias`, node: 2 * k, shape: [units], offset, strides: [1] });
    offset += units;
  }
  return {
    kind: "graph",
    id: 1,
    generation: facts.generation ?? 1,
    nodes: chained([...nodes, { kind: "BCEWithLogitsLoss", layer: -1, column: widths.length + 1, units: 1 }]),
    visits: [
      ...nodes.map((_, node): Visit => ({ phase: "forward", node })),
      { phase: "loss", node: last },
      ...Array.from({ length: last + 1 }, (_, k): Visit => ({ phase: "backward", node: last - k })),
      { phase: "update", node: -1 },
    ],
    parameters,
    layout: LAYOUT,
    data: dataOf(features, widths.at(-1) ?? 1, facts),
    batches: 10,
    parameter_count: offset,
    multiply_adds: offset,
    experiment: EXPERIMENT,
    edits: [],
  };
}

/** x, y, class. */
const POINTS = [
  [0.5, 0.5, 1],
  [-0.5, 0.25, 0],
];

function dataOf(features: number, outputs: number, facts: Facts): DataFacts {
  return {
    train: 40,
    test: 10,
    features,
    shape: [features],
    classes: facts.classes?.length ?? 2,
    outputs,
    picture: facts.picture ?? null,
    feature_names: facts.names ?? [],
    class_names: facts.classes ?? ["0", "1"],
    points: features === 2 ? POINTS : [],
  };
}

/** What the frame holds, section by section, for a batch of 4; weights by columns, so W1 is [[1, 4], [2, 5], [3, 6]] / 10. */
export const NUMBERS: Readonly<Record<string, readonly number[]>> = {
  scalars: [0.693, 0.71, 0.5, 0.03, 1, NaN],
  norms: [2, 0.5, 1, 0.1, 0.075, 0.01, 0.0375, 0.02, 0.002, 0.0003, 0.004, 0.0006],
  before: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0, 0, 0, 0.7, -0.8, 0.9, 0.05],
  gradient: [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.001, 0.002, 0.003, 0.07, -0.08, 0.09, 0.004],
  update: [-0.001, -0.002, -0.003, -0.004, -0.005, -0.006, 0, 0, 0, -0.007, 0.008, -0.009, 0],
  input: [0.5, -2],
  "value:0": [-0.75, -0.9, -1.05],
  "delta:0": [0.2, -0.3, 0.4],
  "slope:1": [0.6, 0.5, 0.4],
  "value:1": [-0.635, -0.716, -0.782],
  "delta:1": [0.35, -0.4, 0.45],
  "value:2": [-0.51],
  "delta:2": [-0.5],
  terms: [1, 2, 3, 4, 5, 6, 7, 8],
};

const LAYOUT: Layout = (() => {
  let offset = 0;
  const sections = Object.entries(NUMBERS).map(([name, { length }]) => {
    offset += length;
    return { name, offset: offset - length, length };
  });
  return { layout: 1, sections, whole: true };
})();

export const NET = network(2, [3, 1]);

/** The visits of NET by name, in the order of the pass. */
export const AT = {
  linear1: 0,
  tanh: 1,
  linear2: 2,
  loss: 3,
  backLoss: 4,
  backLinear2: 5,
  backTanh: 6,
  backLinear1: 7,
  update: 8,
  end: 9,
};

export interface FrameFacts {
  version?: number;
  form?: number;
  id?: number;
  generation?: number;
  step?: number;
  losses?: readonly number[];
  example?: number;
  faultNode?: number;
  faultPhase?: "forward" | "backward";
  /** The step that broke; the frame's own unless told otherwise. */
  faultStep?: number;
  numbers?: Readonly<Record<string, readonly number[]>>;
}

/** A frame byte by byte: HEADER "<HHIIIIIIIiI", the sections, the loss of each step done. */
export function frameBytes(facts: FrameFacts = {}): ArrayBuffer {
  const { step = 1, losses = [0.693], faultNode = -1, faultPhase = "forward" } = facts;
  const sections = { ...NUMBERS, ...facts.numbers };
  const scalars = [...(sections["scalars"] ?? []).slice(0, 5), faultNode < 0 ? NaN : (facts.faultStep ?? step)];
  const numbers = [...Object.values({ ...sections, scalars }).flat(), ...losses];
  const bytes = new ArrayBuffer(40 + 4 * numbers.length);
  const view = new DataView(bytes);
  view.setUint16(0, facts.version ?? 1, true);
  view.setUint16(2, facts.form ?? 1, true);
  const header = [
    facts.id ?? 1,
    facts.generation ?? 1,
    1,
    step,
    Math.floor(step / 10),
    losses.length,
    facts.example ?? 0,
  ];
  header.forEach((value, k) => view.setUint32(4 + 4 * k, value, true));
  view.setInt32(32, faultNode, true);
  view.setUint32(36, faultPhase === "backward" ? 1 : 0, true);
  numbers.forEach((value, k) => view.setFloat32(40 + 4 * k, value, true));
  return bytes;
}

export function frameOf(facts: FrameFacts = {}): Frame {
  const bytes = frameBytes(facts);
  return new Frame(readHeader(bytes), bytes, LAYOUT);
}
