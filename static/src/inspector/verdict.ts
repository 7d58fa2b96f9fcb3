/** What a proof says about a weight: nudging and backpropagation agree, or why they may not. Pure. */
import type { Proved } from "../wire/messages";

/** Relative difference under which two float64 slopes count as equal. */
export const AGREES = 1e-5;
/** float64 rounds a loss near 1 by 1e-16, which over a nudge of ±1e-4 is 1e-12 of slope: 1e-5 of this one. */
const DROWNED = 1e-7;

export type Verdict = "proved" | "drowned" | "differs" | "broken";

export function verdict(proof: Proved): Verdict {
  const { loss_up: up, loss_down: down, slope, backprop, trained, difference } = proof;
  if (![up, down, slope, backprop, trained, difference].every((each) => Number.isFinite(known(each)))) return "broken";
  if (difference < AGREES) return "proved";
  const size = Math.max(Math.abs(slope), Math.abs(backprop));
  return size < DROWNED ? "drowned" : "differs";
}

/** How many times the number that trained is the float64 slope, where rounding has moved it by more than a hundredth. */
export function trainedOff(proof: Proved): number | null {
  const times = known(proof.trained) / known(proof.backprop);
  return Number.isFinite(times) && Math.abs(times - 1) > 0.01 ? times : null;
}

/** Is this the proof, or whatever else was asked, of that entry? */
export function about(
  found: Pick<Proved, "parameter" | "index"> | null,
  parameter: string,
  index: readonly number[],
): boolean {
  return found !== null && found.parameter === parameter && found.index.join() === index.join();
}

/** JSON has no NaN and no infinity: what was neither comes as null. */
export function known(value: number | null): number {
  return value ?? NaN;
}

/** Nine places, or nine digits and a power of ten where nine places would show too little or take too much room. */
export function long(value: number | null): string {
  const shown = known(value);
  if (!Number.isFinite(shown)) return "NaN";
  const size = Math.abs(shown);
  const plain = size >= 1e-3 && size < 1e6;
  const text = size === 0 ? "0" : plain ? size.toFixed(9) : size.toExponential(8).replace("e-", "e−").replace("e+", "e");
  return (shown < 0 ? "−" : "") + text;
}
