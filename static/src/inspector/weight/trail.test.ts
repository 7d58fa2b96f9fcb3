import { expect, test } from "vitest";
import { extended, range, type Sample } from "./trail";

const at = (step: number, weight = step): Sample => ({ step, weight, gradient: -step });

test("samples stay in the order of their steps, whichever way one goes", () => {
  const trail = [5, 3, 4].reduce<readonly Sample[]>((all, step) => extended(all, at(step), 9), []);
  expect(trail.map((sample) => sample.step)).toEqual([3, 4, 5]);
});

test("a step seen again replaces what was known of it", () => {
  expect(extended([at(1), at(2)], at(2, 7), 9).map((sample) => sample.weight)).toEqual([1, 7]);
});

test("an edit ends the story behind it", () => {
  expect(extended([at(1), at(2), at(3)], at(1, 5), 1)).toEqual([at(1, 5)]);
});

test("no more than 240 are kept, the newest", () => {
  let trail: readonly Sample[] = [];
  for (let step = 1; step <= 300; step++) trail = extended(trail, at(step), step);
  expect([trail.length, trail[0]?.step, trail.at(-1)?.step]).toEqual([240, 61, 300]);
});

test("the range leaves out what is not finite", () => {
  expect(range([at(1), at(2, NaN), at(3, Infinity)], "weight")).toEqual({ low: 1, high: 1 });
  expect(range([at(1, NaN)], "weight")).toBeNull();
});
