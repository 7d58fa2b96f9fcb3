/** What a weight and its gradient were at the steps seen while it is selected. */
export interface Sample {
  step: number;
  weight: number;
  gradient: number;
}

const MOST = 240;

/**
 * The trail with one more sample: sorted by step, a step seen again replaced, the oldest dropped above 240.
 * What lies beyond `furthest` belongs to a story that an edit has ended.
 */
export function extended(trail: readonly Sample[], sample: Sample, furthest: number): readonly Sample[] {
  const rest = trail.filter((each) => each.step !== sample.step && each.step <= furthest);
  const place = rest.filter((each) => each.step < sample.step).length;
  rest.splice(place, 0, sample);
  return rest.slice(-MOST);
}

/** Least and largest finite value of a column of the trail; null if there is none. */
export function range(
  trail: readonly Sample[],
  of: "weight" | "gradient",
): { low: number; high: number } | null {
  const finite = trail.map((sample) => sample[of]).filter(Number.isFinite);
  return finite.length === 0 ? null : { low: Math.min(...finite), high: Math.max(...finite) };
}
