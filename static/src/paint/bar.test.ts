import { expect, test } from "vitest";
import { drawBar } from "./bar";
import { Recording } from "./recording";
import { DARK } from "./themes";

const BAR = { x: 10, y: 20, width: 8, height: 16 };

function bar(value: number): Recording {
  const recording = new Recording();
  drawBar(recording.context, BAR, value, DARK);
  return recording;
}

test("a positive bar is solid and has no lines", () => {
  expect(bar(1).fills.map(({ style }) => style)).toEqual([DARK.pos]);
  expect(bar(1).strokes).toHaveLength(0);
});

test("a negative bar is hatched inside its own outline", () => {
  const { fills, strokes } = bar(-1);
  expect(strokes.map(({ style, clip }) => [style, clip])).toEqual([[DARK.neg, 1]]);
  expect(fills[0]?.alpha).toBeLessThan(1);
});

test("NaN and infinity are alarms", () => {
  expect([bar(NaN), bar(-Infinity)].flatMap(({ fills }) => fills.map(({ style }) => style))).toEqual([
    DARK.alarm,
    DARK.alarm,
  ]);
});
