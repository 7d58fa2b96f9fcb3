// Test aid: a network 2-2-1 with tanh and a frame of it, whose numbers are small enough to check by hand.
import { Frame, type Header } from "../wire/frame";
import { chained, EXPERIMENT } from "../fixtures";
import type { Graph, Section } from "../wire/messages";

export const BATCH = 3;

/**
 * Linear 2 → 2, Tanh, Linear 2 → 1, BCE. Blocks are row by row with the bias last, as the engine lays them.
 */
export function network(): Graph {
  const parameter = (name: string, node: number, shape: number[], offset: number, strides: number[]) => ({
    name,
    node,
    shape,
    offset,
    strides,
  });
  return {
    kind: "graph",
    id: 1,
    generation: 1,
    batches: 4,
    multiply_adds: 6,
    experiment: EXPERIMENT,
    edits: [],
    parameter_count: 9,
    nodes: chained([
      { kind: "Linear", layer: 0, column: 1, units: 2 },
      { kind: "Tanh", layer: 1, column: 1, units: 2 },
      { kind: "Linear", layer: 2, column: 2, units: 1 },
      { kind: "BCEWithLogitsLoss", layer: -1, column: 3, units: 1 },
    ]),
    parameters: [
      parameter("0.weight", 0, [2, 2], 0, [3, 1]),
      parameter("0.bias", 0, [2], 2, [3]),
      parameter("2.weight", 2, [1, 2], 6, [3, 1]),
      parameter("2.bias", 2, [1], 8, [3]),
    ],
    visits: [
      ...[0, 1, 2].map((node) => ({ phase: "forward" as const, node })),
      { phase: "loss", node: 3 },
      ...[3, 2, 1, 0].map((node) => ({ phase: "backward" as const, node })),
      { phase: "update", node: -1 },
    ],
    layout: { layout: 0, sections: placed(SECTIONS), whole: true },
    data: {
      train: 12,
      test: 4,
      features: 2,
      shape: [2],
      classes: 2,
      outputs: 1,
      picture: null,
      feature_names: ["x1", "x2"],
      class_names: ["0", "1"],
      points: [],
    },
  };
}

const SECTIONS: Record<string, readonly number[]> = {
  scalars: [0.7, 0.6, 0.5, 0.01, 1, NaN],
  norms: [2, 1, 4, 1, 0.5, 0.25, 1, 1, 0.02, 0.01, 0.04, 0],
  before: [0.1, 0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8, 0.9],
  gradient: [1, 2, 3, 4, 5, 6, 0.75, -0.5, 9],
  update: [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, -0.07, 0.08, 0.09],
  input: [0.5, -1],
  "value:0": [0.25, -1.3],
  "delta:0": [0.06, 0.02],
  "value:1": [0.245, -0.86],
  "delta:1": [0.064, 0.08],
  "slope:1": [0.94, 0.26],
  "value:2": [1.4],
  "delta:2": [-0.2],
  terms: [0.4, -0.2, 0.1, 2, -0.86, -1],
};

/** The frame of that network, of its second example, looking at the weight from unit 2 to the output. */
export function frameOf(changed: Readonly<Record<string, readonly number[]>> = {}): Frame {
  const numbers = { ...SECTIONS, ...changed };
  const sections = placed(numbers);
  const all = Object.values(numbers).flat();
  const bytes = new ArrayBuffer(40 + 4 * (all.length + 1));
  new Float32Array(bytes, 40).set([...all, 0.7]);
  const header: Header = {
    form: 1,
    id: 1,
    generation: 1,
    layout: 0,
    step: 5,
    epoch: 2,
    count: 1,
    extra: 1,
    faultNode: -1,
    faultPhase: "forward",
  };
  return new Frame(header, bytes, { layout: 0, sections, whole: true });
}

function placed(numbers: Readonly<Record<string, readonly number[]>>): Section[] {
  let offset = 0;
  return Object.entries(numbers).map(([name, values]) => {
    const section = { name, offset, length: values.length };
    offset += values.length;
    return section;
  });
}
