/**
 * The one scale of sizes: twelve decades of |value|, 1e-10 to 1e2, the same for every net and every step. It
 * takes a single number on purpose: a scale that saw its neighbours could rescale to them and hide a
 * vanishing gradient.
 */
export const LOWEST = -10;
export const HIGHEST = 2;
export const DECADES = HIGHEST - LOWEST;

const SMALLEST = 1e-10;
const LARGEST = 1e2;

/** A value that has no place on the scale, or no size at all. */
export type Mark = "zero" | "small" | "large" | "nan" | "infinite";

/** Where |value| stands on the scale: 0 at 1e-10 and below, 1 at 1e2 and above. NaN stands at 0. */
export function decades(value: number): number {
  return decadesOfLog(Math.log10(Math.abs(value)));
}

/** The same for a size that is already a log10. */
export function decadesOfLog(log: number): number {
  return log > LOWEST ? Math.min(1, (log - LOWEST) / DECADES) : 0;
}

/** Stroke width in CSS pixels: 0.35 at 1e-10 and 1.3 times as much each decade, up to 8.2. Zero has none. */
export function edgeWidth(value: number): number {
  return value === 0 ? 0 : 0.35 * 1.3 ** (decades(value) * DECADES);
}

/** Stroke opacity, 0.10 to 0.95. Zero has none. */
export function edgeOpacity(value: number): number {
  return value === 0 ? 0 : 0.1 + 0.85 * decades(value) ** 2.4;
}

/** Which mark stands for a value, or null for one the scale can show. */
export function mark(value: number): Mark | null {
  const size = Math.abs(value);
  if (Number.isNaN(size)) return "nan";
  if (size === Infinity) return "infinite";
  if (size === 0) return "zero";
  if (size < SMALLEST) return "small";
  return size > LARGEST ? "large" : null;
}
