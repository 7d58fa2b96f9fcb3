/** The run's history as columns of numbers, for curves and for tables. Pure. */
import type { History } from "../state/history";

/** Parallel columns over steps; null where a step has no number, or none that a curve can show. */
export interface Columns {
  steps: number[];
  columns: (number | null)[][];
}

/** Batch loss of every step, and test loss of the steps that were seen. */
export function losses(history: History): Columns {
  const steps = Array.from({ length: history.furthest }, (_, i) => i + 1);
  const train = steps.map((step) => shown(history.losses[step] ?? NaN));
  const test = new Array<number | null>(steps.length).fill(null);
  for (const record of history.records) if (record.step >= 1) test[record.step - 1] = shown(record.testLoss);
  return { steps, columns: [train, test] };
}

/**
 * The steps that were seen, for a table: batch loss, test loss, and the share of the test set that is right.
 */
export function lossRows({ records }: History): Columns {
  const columns = (["loss", "testLoss", "accuracy"] as const).map((of) =>
    records.map((record) => shown(record[of])),
  );
  return { steps: records.map((record) => record.step), columns };
}

/** Gradient norm or update-to-weight ratio, one column a layer. */
export function byLayer(history: History, of: "norms" | "ratios"): Columns {
  const { records, weights } = history;
  return {
    steps: records.map((record) => record.step),
    columns: weights.map((_, layer) => records.map((record) => shown(record[of][layer] ?? NaN))),
  };
}

/** A log axis has no place for zero and below: the curve breaks there, the table still tells the number. */
export function positive({ steps, columns }: Columns): Columns {
  return {
    steps,
    columns: columns.map((column) => column.map((value) => (value !== null && value > 0 ? value : null))),
  };
}

/** Which of `count` rows a table of at most `most` shows: evenly spread, the last included. */
export function sampled(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round(((i + 1) * count) / most) - 1);
}

function shown(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
