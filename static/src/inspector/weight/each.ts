/** The gradient of each example of a step alone, as it is drawn and chosen from. Pure. */
import type { Share } from "./shares";
import { known } from "../verdict";

/** A bar for each example, in the step's order. */
export function bars(gradients: readonly (number | null)[]): Share[] {
  return gradients.map((gradient, example) => ({ example, value: known(gradient) }));
}

/** What the gradient of the step is, but for rounding. */
export function meanOf(all: readonly Share[]): number {
  return all.reduce((sum, { value }) => sum + value, 0) / all.length;
}

/** The bar of an example of the batch shown: where a step adds up several batches, that is the last of them. */
export function barOf(example: number, batch: number, count: number): number {
  return count - batch + example;
}

/** The example whose bar stands at x; of a bar that belongs to an earlier batch, the first of the batch shown. */
export function exampleAt(x: number, width: number, batch: number, count: number): number {
  const bar = Math.floor((x / width) * count);
  return Math.max(0, Math.min(batch - 1, bar - (count - batch)));
}
