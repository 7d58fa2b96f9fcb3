// Test aid: statistics of an array, of which a test says what matters to it.
import type { Summary } from "../../wire/messages";

export function summary(facts: Partial<Summary> = {}): Summary {
  const none = new Array<number>(12).fill(0);
  const rest = { count: 1, norm: 0, mean: 0, spread: 0, zeros: 0, tiny: 0, huge: 0, infinite: 0, nan: 0 };
  return { ...rest, decades: none, ...facts };
}

/** So many numbers of each of some decades, counted from 1e-10. */
export function decades(counts: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: 12 }, (_, decade) => counts[decade] ?? 0);
}
