import { expect, test } from "vitest";

import { decades, decadesOfLog, edgeOpacity, edgeWidth, mark } from "./scale";

test("the scale runs from 1e-10 to 1e2 and is clipped beyond", () => {
  expect(decades(1e-10)).toBeCloseTo(0, 12);
  expect(decades(1e-4)).toBeCloseTo(0.5, 12);
  expect(decades(-1e2)).toBe(1);
  expect([0, 1e-30, Number.NaN].map(decades)).toEqual([0, 0, 0]);
  expect([1e30, -Infinity].map(decades)).toEqual([1, 1]);
});

test("a log10 and the size it came from stand at the same place", () => {
  for (const value of [1e-12, 3e-7, 0.06148, 250])
    expect(decadesOfLog(Math.log10(value))).toBe(decades(value));
});

test("an edge is 0.35 px at the bottom, 8.2 px at the top, and 1.3 times as wide each decade", () => {
  expect(edgeWidth(1e-10)).toBeCloseTo(0.35, 6);
  expect(edgeWidth(1e2)).toBeCloseTo(8.154, 3);
  expect(edgeWidth(1e5)).toBe(edgeWidth(1e2));
  for (let exponent = -10; exponent < 2; exponent++)
    expect(edgeWidth(10 ** (exponent + 1)) / edgeWidth(10 ** exponent)).toBeCloseTo(1.3, 6);
});

test("opacity rises with size from 0.10 to 0.95, and zero has neither width nor opacity", () => {
  expect(edgeOpacity(1e-12)).toBeCloseTo(0.1, 6);
  expect(edgeOpacity(-5e3)).toBeCloseTo(0.95, 6);
  for (let exponent = -10; exponent < 2; exponent++)
    expect(edgeOpacity(10 ** (exponent + 1))).toBeGreaterThan(edgeOpacity(10 ** exponent));
  expect([edgeWidth(0), edgeOpacity(-0)]).toEqual([0, 0]);
});

test("a value is drawn the same whatever stands beside it or came before it", () => {
  const alone = [edgeWidth(0.01), edgeOpacity(0.01), decades(0.01)];
  for (const neighbour of [1e-9, 80, 1e30, Number.NaN, Infinity, 0]) {
    const together = [neighbour, 0.01, -neighbour].map((value) => [
      edgeWidth(value),
      edgeOpacity(value),
      decades(value),
    ]);
    expect(together[1]).toEqual(alone);
  }
  expect([decades, edgeWidth, edgeOpacity, mark].map((measure) => measure.length)).toEqual([1, 1, 1, 1]);
});

test("each value off the scale has its own mark, of either sign", () => {
  const kinds = [0, 9e-11, 101, Number.NaN, Infinity].map((value) => [mark(value), mark(-value)]);
  expect(kinds).toEqual(["zero", "small", "large", "nan", "infinite"].map((kind) => [kind, kind]));
});

test("the ends of the scale are on it, also as float32", () => {
  expect([1e-10, Math.fround(1e-10), 1, 100].map(mark)).toEqual([null, null, null, null]);
});
