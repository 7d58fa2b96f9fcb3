import { expect, test } from "vitest";

import { Recording } from "../paint/recording";
import { DARK } from "../paint/themes";
import { drawPictures, drawPoints, SIZE } from "./thumbnail";

test("a class is told by shape as well as by hue: dots for 1, dashes for 0", () => {
  const canvas = new Recording();
  drawPoints(
    canvas.context,
    [
      [0.5, 0.5, 1],
      [-0.5, -0.5, 0],
    ],
    true,
    DARK,
  );
  const [dot, dash] = canvas.fills.map(({ points, style }) => ({ style, ...box(points) }));
  expect([dot?.style, dash?.style]).toEqual([DARK.pos, DARK.neg]);
  expect(dot?.width).toBeCloseTo(dot?.height ?? 0);
  expect(dash?.width).toBeGreaterThan(2 * (dash?.height ?? 0));
});

test("up is up, and the points farthest out stay inside", () => {
  const canvas = new Recording();
  drawPoints(
    canvas.context,
    [
      [2, 2, 1],
      [-2, -2, 1],
    ],
    true,
    DARK,
  );
  const [up, down] = canvas.fills.map(({ points }) => box(points));
  expect(up?.top).toBeLessThan(down?.top ?? 0);
  for (const each of [up, down])
    expect([each && each.left > 0, each && each.left + each.width < SIZE]).toEqual([true, true]);
});

test("with one feature the target is the height, and its sign the hue", () => {
  const canvas = new Recording();
  drawPoints(
    canvas.context,
    [
      [0, 0.9],
      [0, -0.9],
    ],
    false,
    DARK,
  );
  expect(canvas.fills.map(({ style }) => style)).toEqual([DARK.pos, DARK.neg]);
  const [above, below] = canvas.fills.map(({ points }) => box(points));
  expect(above?.top).toBeLessThan(below?.top ?? 0);
});

test("nine pictures at most are drawn, and what is black in them is left out", () => {
  const canvas = new Recording();
  drawPictures(
    canvas.context,
    Array.from({ length: 12 }, () => [0, 255, 0, 0]),
    2,
    DARK,
  );
  expect(canvas.fills).toHaveLength(9);
  expect(new Set(canvas.fills.map(({ points }) => box(points).left)).size).toBe(3);
});

function box(points: readonly (readonly [number, number])[]): {
  left: number;
  top: number;
  width: number;
  height: number;
} {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}
