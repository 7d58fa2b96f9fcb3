import { expect, test } from "vitest";

import { drawMark, MARKS } from "./marks";
import { Recording } from "./recording";
import { DARK } from "./themes";

function mark(kind: (typeof MARKS)[number], colour?: string): Recording {
  const recording = new Recording();
  const before = recording.state;
  drawMark(recording.context, kind, { x: 50, y: 30, palette: DARK, ...(colour ? { colour } : {}) });
  expect(recording.state).toEqual(before);
  return recording;
}

test("the six marks have six shapes", () => {
  const shapes = MARKS.map((kind) =>
    JSON.stringify(mark(kind).painted.map(({ points, dash }) => [points, dash])),
  );
  expect(new Set(shapes).size).toBe(6);
});

test.each(MARKS)("%s stays within 5 pixels of its centre", (kind) => {
  for (const [x, y] of mark(kind).painted.flatMap(({ points }) => points)) {
    expect(Math.abs(x - 50)).toBeLessThanOrEqual(5);
    expect(Math.abs(y - 30)).toBeLessThanOrEqual(5);
  }
});

test("only what is not finite is in the alarm colour", () => {
  const alarmed = MARKS.filter((kind) => mark(kind).strokes.some(({ style }) => style === DARK.alarm));
  expect(alarmed).toEqual(["nan", "infinite"]);
});

test("only what is not reached is dotted, and only what is too large is filled", () => {
  expect(MARKS.filter((kind) => mark(kind).strokes.some(({ dash }) => dash.length))).toEqual(["not reached"]);
  expect(MARKS.filter((kind) => mark(kind).fills.length)).toEqual(["large"]);
});

test("a mark takes the colour it is given", () => {
  expect(mark("large", DARK.neg).fills[0]?.style).toBe(DARK.neg);
});
