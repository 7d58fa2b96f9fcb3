import { describe, expect, test } from "vitest";

import { drawLegend, legendHeight, type LegendWords } from "./legend";
import { DASHES, MARKS } from "./marks";
import { Recording } from "./recording";
import { edgeWidth } from "./scale";
import { DARK } from "./themes";

const words: LegendWords = {
  scale: "|gradient|, fixed log₁₀ scale",
  positive: "+ solid",
  negative: "− dashed",
  marks: {
    zero: "zero",
    "not reached": "not reached",
    small: "too small",
    large: "too large",
    nan: "NaN",
    infinite: "infinite",
  },
};

function legend(width: number): Recording {
  const recording = new Recording();
  const before = recording.state;
  drawLegend(recording.context, { x: 0, y: 0, width }, words, DARK);
  expect(recording.state).toEqual(before);
  return recording;
}

const swatches = (width: number) =>
  legend(width).strokes.filter(
    ({ style, points }) => (style === DARK.pos || style === DARK.neg) && points.length === 2,
  );

describe("the legend", () => {
  test("has a swatch each decade and sign, at the width an edge of that size has", () => {
    const positive = swatches(900).filter(({ style }) => style === DARK.pos);
    expect(positive).toHaveLength(12);
    expect(positive.at(-1)?.width).toBeCloseTo(edgeWidth(10 ** 1.5), 9);
    expect(positive[6]?.width).toBeCloseTo(edgeWidth(10 ** -3.5), 9);
    const negative = swatches(900).filter(({ style }) => style === DARK.neg);
    expect(negative.map(({ dash }) => dash)).toEqual(new Array(12).fill(DASHES));
  });

  test("names the decades from 1e-10 to 1e2 and both signs", () => {
    const texts = legend(900).texts;
    for (const text of ["10⁻¹⁰", "10⁰", "10²", words.scale, words.positive, words.negative])
      expect(texts).toContain(text);
  });

  test.each([280, 340, 600, 900])(
    "at %d pixels shows all six marks with their words, inside its width and height",
    (width) => {
      const recording = legend(width);
      for (const kind of MARKS) expect(recording.texts).toContain(words.marks[kind]);
      const height = legendHeight(new Recording().context, width, words, DARK);
      for (const { points, text } of recording.painted) {
        for (const [x, y] of points) {
          expect(x + 6 * (text?.startsWith("10") ? 0 : (text?.length ?? 0))).toBeLessThanOrEqual(width);
          expect(y).toBeLessThanOrEqual(height);
        }
      }
    },
  );

  test("puts the marks beside the scale where there is room and below where there is not", () => {
    const height = (width: number) => legendHeight(new Recording().context, width, words, DARK);
    expect(height(1000)).toBeLessThan(height(600));
    expect(height(600)).toBeLessThan(height(280));
  });
});
