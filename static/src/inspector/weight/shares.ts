/** What each example of the batch adds to one weight's gradient, from the largest to the smallest. Pure. */
import type { Frame } from "../../wire/frame";
import type { WeightFacts } from "./weight";

export interface Share {
  example: number;
  value: number;
}

/**
 * The batch's shares δₙ · aₙ, sorted from the largest down; NaN last. null while the frame shown was made
 * for another weight: the example's own two factors must be among the terms, bit for bit.
 */
export function shares(frame: Frame, { delta, kept }: Pick<WeightFacts, "delta" | "kept">): Share[] | null {
  const terms = frame.section("terms");
  const batch = terms.length / 2;
  const here = frame.example;
  if (!Object.is(terms[here], delta) || !Object.is(terms[batch + here], kept)) return null;
  const each = Array.from({ length: batch }, (_, n) => ({
    example: n,
    value: (terms[n] as number) * (terms[batch + n] as number),
  }));
  return each.sort((a, b) => (Number.isNaN(a.value) ? 1 : Number.isNaN(b.value) ? -1 : b.value - a.value));
}

export type Stance = "with" | "against" | "apart" | "even" | "broken";

/** Does one example pull the weight the way the whole batch does? */
export function stance(share: number, sum: number): Stance {
  if (Number.isNaN(share) || Number.isNaN(sum)) return "broken";
  if (share === 0) return "apart";
  if (sum === 0) return "even";
  return share > 0 === sum > 0 ? "with" : "against";
}

/** How many shares are NaN or infinite. */
export function brokenOf(all: readonly Share[]): number {
  return all.filter(({ value }) => !Number.isFinite(value)).length;
}

/** The largest finite size among the shares, for the height of the bars. */
export function tallest(all: readonly Share[]): number {
  return all.reduce(
    (most, { value }) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    0,
  );
}
