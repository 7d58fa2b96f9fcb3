import { expect, test } from "vitest";

import { crossing, curve, distanceTo, headingAt, piece, pointAt, reversed } from "./bezier";

const edge = curve({ x: 10, y: 20 }, { x: 110, y: 80 });

test("an edge leaves and arrives level", () => {
  expect(edge.map(({ x, y }) => [x, y])).toEqual([
    [10, 20],
    [55, 20],
    [65, 80],
    [110, 80],
  ]);
  expect(headingAt(edge, 0)).toBeCloseTo(0, 12);
  expect(headingAt(edge, 1)).toBeCloseTo(0, 12);
  expect(headingAt(edge, 0.5)).toBeGreaterThan(0.5);
});

test("points run from one end to the other, by way of the middle", () => {
  expect(pointAt(edge, 0)).toEqual({ x: 10, y: 20 });
  expect(pointAt(edge, 0.5)).toEqual({ x: 60, y: 50 });
  expect(pointAt(edge, 1)).toEqual({ x: 110, y: 80 });
});

test("the heading is the way the points go", () => {
  for (const t of [0.1, 0.42, 0.77]) {
    const [a, b] = [pointAt(edge, t - 1e-6), pointAt(edge, t + 1e-6)];
    expect(headingAt(edge, t)).toBeCloseTo(Math.atan2(b.y - a.y, b.x - a.x), 5);
  }
});

test("the crossing of a vertical line lies on it, and on an end when the line misses the edge", () => {
  for (const x of [10.5, 33, 60, 109]) expect(pointAt(edge, crossing(edge, x)).x).toBeCloseTo(x, 4);
  expect([-Infinity, 10, 110, Infinity].map((x) => crossing(edge, x))).toEqual([0, 0, 1, 1]);
});

test("a piece covers the same points as the whole between its ends", () => {
  const part = piece(edge, 0.3, 0.8);
  for (const t of [0, 0.25, 0.5, 1]) {
    const whole = pointAt(edge, 0.3 + 0.5 * t);
    expect(pointAt(part, t).x).toBeCloseTo(whole.x, 9);
    expect(pointAt(part, t).y).toBeCloseTo(whole.y, 9);
  }
  expect(piece(edge, 0, 1)).toBe(edge);
});

test("the reverse of a curve is walked from its other end", () => {
  const [there, back] = [pointAt(edge, 0.8), pointAt(reversed(edge), 0.2)];
  expect(back.x).toBeCloseTo(there.x, 9);
  expect(back.y).toBeCloseTo(there.y, 9);
});

test("a pointer's distance is across the curve beside it and to the end beyond it", () => {
  expect(distanceTo(edge, pointAt(edge, 0.3))).toBeCloseTo(0, 4);
  expect(distanceTo(edge, { x: 10, y: 26 })).toBeCloseTo(6, 6);
  expect(distanceTo(edge, { x: 2, y: 20 })).toBe(8);
  expect(distanceTo(edge, { x: 60, y: 60 })).toBeLessThan(10);
});
