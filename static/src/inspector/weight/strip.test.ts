import { expect, test } from "vitest";
import { Recording } from "../../paint/recording";
import { DARK } from "../../paint/themes";
import { drawStrip, drawWaiting } from "./strip";

const PLACE = { width: 300, height: 78, palette: DARK };
const SHARES = [
  { example: 2, value: 0.4 },
  { example: 0, value: 0.1 },
  { example: 1, value: -0.2 },
];

function strip(example: number): Recording {
  const recording = new Recording();
  drawStrip(recording.context, { ...PLACE, shares: SHARES, example, label: "this example" });
  return recording;
}

test("positive shares are solid, negative ones hatched", () => {
  const { fills, strokes } = strip(0);
  expect(fills.filter(({ style, clip }) => style === DARK.pos && clip === 0)).toHaveLength(2);
  expect(fills.filter(({ style, clip }) => style === DARK.neg && clip === 1)).toHaveLength(1);
  expect(strokes.some(({ style, clip }) => style === DARK.neg && clip === 1)).toBe(true);
});

test("the example shown is framed and named, wherever it was sorted to", () => {
  const left = (example: number): number =>
    strip(example).strokes.find(({ style }) => style === DARK.focus)?.points[0]?.[0] ?? NaN;
  expect(left(2)).toBeLessThan(left(0));
  expect(left(0)).toBeLessThan(left(1));
  expect(strip(1).texts).toEqual(["this example"]);
});

test("its name stands above the bars that it would cover", () => {
  const rising = [0.1, 0.4].map((value, example) => ({ example, value }));
  const recording = new Recording();
  drawStrip(recording.context, { ...PLACE, width: 60, shares: rising, example: 0, label: "this example" });
  const tops = recording.fills.map(({ points }) => points[0]?.[1] ?? NaN);
  const [words] = recording.painted.filter(({ kind }) => kind === "text");
  expect(words?.points[0]?.[1]).toBeLessThan(Math.min(...tops));
});

test("a line stands at the mean, where one is wanted", () => {
  const recording = new Recording();
  drawStrip(recording.context, { ...PLACE, shares: SHARES, example: 0, label: "", mean: 0.1 });
  const [line] = recording.strokes.filter(({ style }) => style === DARK.ink);
  const bar = recording.fills.filter(({ style }) => style === DARK.pos)[1];
  expect(line?.points[0]?.[1]).toBeCloseTo(bar?.points[0]?.[1] ?? NaN, 6);
  expect(strip(0).strokes.some(({ style }) => style === DARK.ink)).toBe(false);
});

test("before the pass has come there is a dotted line and no bar", () => {
  const recording = new Recording();
  drawWaiting(recording.context, PLACE);
  expect(recording.fills).toHaveLength(0);
  expect(recording.strokes.map(({ dash, cap }) => [dash[0], cap])).toEqual([[0.1, "round"]]);
});
