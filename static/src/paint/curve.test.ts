import { expect, test } from "vitest";

import { drawCurve, type CurveLook } from "./curve";
import { Recording } from "./recording";

const LOOK: CurveLook = { colour: "#eef0f2", width: 1.6, low: 0, high: 1, total: 10 };

function points(values: number[], look: Partial<CurveLook> = {}, width = 100): (readonly [number, number])[] {
  const recording = new Recording();
  const before = recording.state;
  drawCurve(recording.context, { x: 0, y: 0, width, height: 50 }, values, { ...LOOK, ...look });
  expect(recording.state).toEqual(before);
  expect(recording.strokes).toMatchObject([{ style: LOOK.colour, width: 1.6 }]);
  return [...(recording.strokes[0]?.points ?? [])];
}

test("few values are points in the middle of their share of the box", () => {
  expect(points([0, 1, 0.5])).toEqual([
    [5, 50],
    [15, 0],
    [25, 25],
  ]);
});

test("no spike is lost among a thousand values a pixel", () => {
  const values = new Array<number>(100_000).fill(0.2);
  values[51_234] = 1;
  const drawn = points(values, { total: values.length });
  expect(drawn.length).toBeLessThan(110);
  expect(drawn.filter(([, y]) => y === 0).map(([x]) => x)).toEqual([51.5]);
});

test("a run under way fills only its share of the box", () => {
  expect(points([0.1, 0.2], { total: 100 }).every(([x]) => x < 2)).toBe(true);
});

test("what is not finite breaks the line and draws nothing", () => {
  expect(points([0.5, Number.NaN, Infinity, 0.5]).map(([x]) => x)).toEqual([5, 35]);
  expect(points([])).toEqual([]);
});

test("a value off the box runs along its edge", () => {
  expect(points([7, -7]).map(([, y]) => y)).toEqual([0, 50]);
});
