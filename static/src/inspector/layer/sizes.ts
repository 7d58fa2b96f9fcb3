/** What the service's statistics say of one array, put into words and shares. Pure. */
import type { Mark } from "../../paint/scale";
import type { Summary } from "../../wire/messages";
import { known } from "../verdict";

/** Counts of what has no place on the scale, in the order in which they are told. */
export function apart({ zeros, tiny, huge, infinite, nan }: Summary): [Mark, number][] {
  return [
    ["zero", zeros],
    ["small", tiny],
    ["large", huge],
    ["infinite", infinite],
    ["nan", nan],
  ];
}

/** The largest count of a decade or of what stands apart: the height of the picture. */
export function tallest(found: Summary): number {
  return Math.max(1, ...found.decades, ...apart(found).map(([, count]) => count));
}

/**
 * Mean and standard deviation; null where infinite numbers leave neither. Of numbers one of which is NaN, both are.
 */
export function moments({ mean, spread, nan, infinite }: Summary): { mean: number; spread: number } | null {
  return infinite > 0 && nan === 0 ? null : { mean: known(mean), spread: known(spread) };
}

/** A share in per cent: two digits, and neither 0 nor 100 where it is not quite. */
export function percent(part: number, whole: number): string {
  const share = (100 * part) / whole;
  if (part < whole && share > 99) return "> 99";
  if (part > 0 && share < 0.01) return "< 0.01";
  return String(Number(share.toPrecision(2)));
}

/** A step moves a weight by a thousandth of its size, as a rule of thumb; thirty times more or less is far off. */
const USUAL = 1e-3;
const FAR = 30;

/** What the size of an update beside its weights tells: how many times the usual, or what part of it. Null: nothing. */
export function pace(ratio: number): { kind: "fast" | "slow"; times: number } | null {
  const times = ratio / USUAL;
  if (times >= FAR && times < Infinity) return { kind: "fast", times };
  return times > 0 && times <= 1 / FAR ? { kind: "slow", times: 1 / times } : null;
}
