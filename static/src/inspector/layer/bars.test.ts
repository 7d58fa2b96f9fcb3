import { describe, expect, test } from "vitest";
import { DOTS } from "../../paint/marks";
import { Recording } from "../../paint/recording";
import { DARK } from "../../paint/themes";
import type { Summary } from "../../wire/messages";
import { drawBars } from "./bars";
import { decades, summary } from "./summary.fixture";

const HEIGHT = 24;

function drawn(found: Summary | null, axis = false): Recording {
  const recording = new Recording();
  const before = recording.state;
  drawBars(recording.context, { width: 288, height: HEIGHT, found, axis, palette: DARK });
  expect(recording.state).toEqual(before);
  return recording;
}

/** Left edge and height of each bar. */
function bars(found: Summary): [number, number][] {
  const grid = drawn(null).fills.length;
  return drawn(found)
    .fills.slice(grid)
    .map(({ points: [[x, top] = [NaN, NaN], [, floor] = [NaN, NaN]] }) => [x, floor - top]);
}

describe("the scale", () => {
  test("puts a decade in the same place whatever stands beside it", () => {
    const [alone] = bars(summary({ decades: decades({ 4: 1 }) }));
    const crowd = bars(summary({ decades: decades({ 4: 1, 11: 5000 }), zeros: 900 }));
    expect(crowd.find(([x]) => x === alone?.[0])).toBeDefined();
  });

  test("is twelve decades of equal width", () => {
    const lefts = bars(summary({ decades: new Array<number>(12).fill(1) })).map(([x]) => x);
    const steps = lefts.slice(1).map((x, i) => x - (lefts[i] ?? NaN));
    for (const step of steps) expect(step).toBeCloseTo(steps[0] ?? NaN, 9);
    expect(steps).toHaveLength(11);
  });

  test("is named every two decades, from 1e-10 to 1e2", () => {
    expect(drawn(summary(), true).texts).toEqual(["10⁻¹⁰", "10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰", "10²"]);
    expect(drawn(summary()).texts).toEqual([]);
  });
});

describe("a bar", () => {
  test("is as high as its count beside the largest, and one of a million is seen", () => {
    const [most, half, one] = bars(summary({ decades: decades({ 2: 1_000_000, 3: 500_000, 4: 1 }) }));
    expect(most?.[1]).toBeGreaterThan(HEIGHT / 2);
    expect(half?.[1]).toBeCloseTo((most?.[1] ?? NaN) / 2, 6);
    expect(one?.[1]).toBeGreaterThan(1);
  });

  test("of zeros stands apart on the left, of what is too large and of NaN on the right", () => {
    const scale = bars(summary({ decades: decades({ 0: 1, 11: 1 }) })).map(([x]) => x);
    const [[zero] = [NaN], [large] = [NaN], [nan] = [NaN]] = bars(summary({ zeros: 1, huge: 1, nan: 1 }));
    expect(zero).toBeLessThan(scale[0] ?? NaN);
    expect(large).toBeGreaterThan(scale[1] ?? NaN);
    expect(nan).toBeGreaterThan(large);
  });
});

test("numbers that the pass has not reached are a dotted line", () => {
  const [floor, ...marks] = drawn(null, true).strokes;
  expect(floor?.dash).toEqual([...DOTS]);
  for (const { dash } of marks) expect(dash).toEqual([]);
});
