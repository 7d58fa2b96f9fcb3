/** What is remembered of every step seen: losses and norms. Going back shows them; only an edit forgets. */
import { signal } from "@preact/signals";
import type { Frame } from "../wire/frame";
import { weightsOf } from "./flow";
import type { Graph } from "../wire/messages";

/** Parallel columns, sorted by step. `norms` has one entry a weight matrix, in the order of the layers. */
export interface Record {
  step: number;
  loss: number;
  testLoss: number;
  accuracy: number;
  norms: Float64Array;
  ratios: Float64Array;
}

export class History {
  readonly records: Record[] = [];
  /** Batch loss of every single step, by step number; NaN where none is known. */
  losses: Float32Array = new Float32Array(1024).fill(NaN);
  furthest = 0;
  /** Parameters whose norms are kept: one for each node that has any. */
  readonly weights: readonly number[];

  constructor(graph: Graph) {
    this.weights = weightsOf(graph);
  }

  add(frame: Frame): void {
    this.keepLosses(frame);
    this.furthest = Math.max(this.furthest, frame.step);
    const record: Record = {
      step: frame.step,
      loss: frame.loss,
      testLoss: frame.testLoss,
      accuracy: frame.accuracy,
      norms: Float64Array.from(this.weights, (p) => frame.norm("gradient", p)),
      ratios: Float64Array.from(this.weights, (p) => frame.norm("update", p) / frame.norm("before", p)),
    };
    const place = this.place(frame.step);
    if (this.records[place]?.step === frame.step) this.records[place] = record;
    else this.records.splice(place, 0, record);
  }

  /** Index of the first record at or after a step. */
  place(step: number): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.records[middle] as Record).step < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Forget what came after a step: an edit made it another story. */
  forgetAfter(step: number): void {
    this.records.length = this.place(step + 1);
    this.losses.fill(NaN, step + 1);
    this.furthest = Math.min(this.furthest, step);
  }

  private keepLosses(frame: Frame): void {
    if (frame.step >= this.losses.length) {
      const longer = new Float32Array(2 * frame.step).fill(NaN);
      longer.set(this.losses);
      this.losses = longer;
    }
    this.losses.set(frame.losses, frame.step - frame.losses.length + 1);
  }
}

export const history = signal<History | null>(null);
/** Grows with every record, since the columns are changed in place. */
export const recorded = signal(0);
