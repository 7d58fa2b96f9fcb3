import { expect, test } from "vitest";

import { DOTS } from "./marks";
import { drawMeter } from "./meter";
import { Recording } from "./recording";
import { DARK } from "./themes";

function meter(value: number | "not reached"): Recording {
  const recording = new Recording();
  const before = recording.state;
  drawMeter(recording.context, { x: 0, y: 10, width: 120, height: 5 }, value, DARK);
  expect(recording.state).toEqual(before);
  return recording;
}

const length = (value: number) => (meter(value).fills[1]?.points[1]?.[0] ?? 0) - 0;

test("a decade is the same number of pixels everywhere", () => {
  expect(length(1e-4)).toBeCloseTo(60, 6);
  expect(length(1e-3) - length(1e-4)).toBeCloseTo(10, 6);
  expect(length(10) - length(1)).toBeCloseTo(10, 6);
  expect(length(1e2)).toBe(120);
});

test("there is a gap each two decades", () => {
  const gaps = meter(1).fills.filter(({ style }) => style === DARK.stage);
  expect(gaps.map(({ points }) => Math.round((points[0]?.[0] ?? 0) + 0.4))).toEqual([20, 40, 60, 80, 100]);
});

test("a norm the pass has not reached is dotted and has no level", () => {
  expect(meter("not reached").painted).toMatchObject([{ kind: "stroke", dash: DOTS, style: DARK.control }]);
});

test("what is off the scale has its mark at the end it left by", () => {
  const where = (value: number) => meter(value).strokes[0]?.points[0]?.[0] ?? NaN;
  expect(where(1e-14)).toBeLessThan(0);
  expect(where(1e5)).toBeGreaterThan(120);
  expect(where(Infinity)).toBeGreaterThan(120);
  expect(meter(Number.NaN).strokes[0]?.style).toBe(DARK.alarm);
  expect(meter(Infinity).fills[1]?.style).toBe(DARK.alarm);
  expect(meter(0.5).strokes).toHaveLength(0);
});
