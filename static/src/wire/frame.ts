/** One step as the service sent it: a header, then float32 at the places its layout names. */
import type { Graph, Layout } from "./messages";

export const HEADER_BYTES = 40;
export const FRAME = 1;
export const RESPONSES = 2;
const VERSION = 1;

export interface Header {
  form: number;
  id: number;
  generation: number;
  layout: number;
  step: number;
  epoch: number;
  count: number;
  /** Of a frame: the example shown. Of responses: both grid sides. */
  extra: number;
  /** Node that made the run's first NaN or infinity, or -1. */
  faultNode: number;
  faultPhase: "forward" | "backward";
}

export function readHeader(bytes: ArrayBuffer): Header {
  const view = new DataView(bytes);
  const version = view.getUint16(0, true);
  if (version !== VERSION) throw new Error(`frame version ${VERSION} expected, ${version} came: reload the page`);
  const u32 = (at: number): number => view.getUint32(at, true);
  return {
    form: view.getUint16(2, true),
    id: u32(4),
    generation: u32(8),
    layout: u32(12),
    step: u32(16),
    epoch: u32(20),
    count: u32(24),
    extra: u32(28),
    faultNode: view.getInt32(32, true),
    faultPhase: u32(36) === 1 ? "backward" : "forward",
  };
}

/** Where the first NaN or infinity of a run was made. */
export interface Broken {
  step: number;
  node: number;
  phase: "forward" | "backward";
}

/** Views into a frame's numbers, by section name; nothing is copied. */
export class Frame {
  readonly step: number;
  readonly epoch: number;
  readonly example: number;
  readonly losses: Float32Array<ArrayBuffer>;
  private readonly sections = new Map<string, Float32Array<ArrayBuffer>>();

  constructor(
    readonly header: Header,
    bytes: ArrayBuffer,
    layout: Layout,
  ) {
    this.step = header.step;
    this.epoch = header.epoch;
    this.example = header.extra;
    let end = 0;
    for (const { name, offset, length } of layout.sections) {
      this.sections.set(name, new Float32Array(bytes, HEADER_BYTES + 4 * offset, length));
      end = offset + length;
    }
    this.losses = new Float32Array(bytes, HEADER_BYTES + 4 * end, header.count);
  }

  /** The numbers of a section; empty if this frame does not carry it. */
  section(name: string): Float32Array<ArrayBuffer> {
    return this.sections.get(name) ?? EMPTY;
  }

  get loss(): number {
    return this.section("scalars")[0] ?? NaN;
  }

  get testLoss(): number {
    return this.section("scalars")[1] ?? NaN;
  }

  /** Share of the test set that is right; NaN for regression. */
  get accuracy(): number {
    return this.section("scalars")[2] ?? NaN;
  }

  get learningRate(): number {
    return this.section("scalars")[3] ?? NaN;
  }

  /** The example's class, or its number. */
  get target(): number {
    return this.section("scalars")[4] ?? NaN;
  }

  /** Null while every number of the run is one. */
  get broken(): Broken | null {
    const { faultNode: node, faultPhase: phase } = this.header;
    return node < 0 ? null : { step: this.section("scalars")[5] ?? this.step, node, phase };
  }

  value(node: number): Float32Array<ArrayBuffer> {
    return node < 0 ? this.section("input") : this.section(`value:${node}`);
  }

  delta(node: number): Float32Array<ArrayBuffer> {
    return this.section(`delta:${node}`);
  }

  slope(node: number): Float32Array<ArrayBuffer> {
    return this.section(`slope:${node}`);
  }

  /** Norm of a parameter of the graph, by its index: before the update, of its gradient, of its update. */
  norm(of: "before" | "gradient" | "update", parameter: number): number {
    const norms = this.section("norms");
    const row = of === "before" ? 0 : of === "gradient" ? 1 : 2;
    return norms[(row * norms.length) / 3 + parameter] ?? NaN;
  }
}

const EMPTY = new Float32Array(0);

/** One entry of a parameter in a flat section ("before", "gradient" or "update"); NaN if the frame lacks it. */
export function entry(
  frame: Frame,
  parameter: Graph["parameters"][number],
  of: "before" | "gradient" | "update",
  row: number,
  column = 0,
): number {
  if (parameter.offset < 0) return NaN;
  const place = parameter.offset + row * (parameter.strides[0] ?? 0) + column * (parameter.strides[1] ?? 0);
  return frame.section(of)[place] ?? NaN;
}

/** What every unit answers over the input: int8 grids and their scales, in the order input, node 0, node 1, … */
export interface Responses {
  step: number;
  side: number;
  surfaceSide: number;
  scales: Float32Array<ArrayBuffer>;
  grids: Int8Array<ArrayBuffer>[];
  surface: Int8Array<ArrayBuffer>;
  surfaceScale: number;
}

export function readResponses(header: Header, bytes: ArrayBuffer): Responses {
  const side = header.extra >>> 16;
  const surfaceSide = header.extra & 0xffff;
  const units = header.count;
  const scales = new Float32Array(bytes, HEADER_BYTES, units + 1);
  const start = HEADER_BYTES + 4 * (units + 1);
  const grids = Array.from({ length: units }, (_, i) => new Int8Array(bytes, start + i * side * side, side * side));
  const surface = new Int8Array(bytes, start + units * side * side, surfaceSide * surfaceSide);
  return { step: header.step, side, surfaceSide, scales, grids, surface, surfaceScale: scales[units] ?? 1 };
}
