import { describe, expect, test } from "vitest";

import { normColour, rgb } from "./palette";
import { fillSeismograph } from "./seismograph";
import { decades } from "./scale";
import { DARK, LIGHT } from "./themes";

const STRIP = { width: 40, height: 30, ratio: 1, total: 40 };

function picture(lanes: number[][], palette = DARK, total = STRIP.total): Uint32Array {
  const pixels = new Uint32Array(STRIP.width * STRIP.height).fill(7);
  fillSeismograph(pixels, lanes, { ...STRIP, total }, palette);
  return pixels;
}

function column(pixels: Uint32Array, x: number): string[] {
  return Array.from({ length: STRIP.height }, (_, y) => css(pixels[y * STRIP.width + x] ?? 0));
}

function css(pixel: number): string {
  if (pixel === 0) return "nothing";
  return "#" + [0, 8, 16].map((shift) => ((pixel >> shift) & 255).toString(16).padStart(2, "0")).join("");
}

const flat = (norm: number) => new Array<number>(40).fill(norm);
const colour = (norm: number, palette = DARK) => normColour(palette, decades(norm));

describe("the seismograph", () => {
  test.each([DARK, LIGHT])("colours a norm by the fixed scale and nothing else", (palette) => {
    for (const norm of [3e-9, 1e-4, 0.06, 50]) {
      expect(column(picture([flat(norm)], palette), 3)[0]).toBe(colour(norm, palette));
      expect(column(picture([flat(norm), flat(1e-9)], palette), 3).at(-1)).toBe(colour(norm, palette));
    }
  });

  test("has the last layer on top and a gap between lanes", () => {
    const pixels = column(picture([flat(1e-6), flat(1)]), 20);
    expect(pixels[0]).toBe(colour(1));
    expect(pixels[29]).toBe(colour(1e-6));
    expect(pixels.flatMap((each, y) => (each === "nothing" ? [y] : []))).toEqual([14]);
    expect(pixels[15]).toBe(colour(1e-6));
  });

  test("leaves steps to come see-through", () => {
    const pixels = picture([[1, 1, 1, 1]]);
    expect(column(pixels, 3)[0]).toBe(colour(1));
    expect(column(pixels, 4).every((each) => each === "nothing")).toBe(true);
  });

  test("keeps the largest of the steps that fall on one column", () => {
    const norms = new Array<number>(400).fill(1e-6);
    norms[105] = 10;
    const pixels = picture([norms], DARK, 400);
    expect(column(pixels, 10)[29]).toBe(colour(10));
    expect(column(pixels, 11)[29]).toBe(colour(1e-6));
  });

  test("tells what is not finite from any size, and NaN from infinity", () => {
    const pixels = picture([[Infinity, ...new Array<number>(9).fill(Number.NaN)]]);
    expect(new Set(column(pixels, 0))).toEqual(new Set([DARK.alarm]));
    expect(new Set(column(pixels, 8))).toEqual(new Set([DARK.alarm, "nothing"]));
  });

  test.each([DARK, LIGHT])("hatches a measured norm below the scale over the ground", (palette) => {
    for (const norm of [0, 1e-13]) {
      const pixels = picture([flat(norm)], palette);
      const places = [0, 1, 2].map((x) =>
        column(pixels, x)
          .slice(0, 10)
          .flatMap((each, y) => (each === palette.control ? [y] : [])),
      );
      expect(places).toEqual([
        [0, 5],
        [4, 9],
        [3, 8],
      ]); // falling lines, one in five
      expect(column(pixels, 2).slice(0, 3)).toEqual(new Array(3).fill(palette.bg));
    }
  });

  test("hatches nothing else: neither what is on the scale, nor what is not finite, nor what is to come", () => {
    const pixels = picture([[3e-9, 50, Infinity, NaN]]);
    for (const x of [0, 1, 2, 3, 4]) expect(column(pixels, x)).not.toContain(DARK.control);
  });
});

describe("the trace", () => {
  const heights = (norms: number[]) => {
    const pixels = picture([norms]);
    return norms.map((norm, x) => column(pixels, x).findIndex((each) => each !== colour(norm)));
  };

  test("lies in the middle of its lane when nothing changes", () => {
    const [first = 0, ...rest] = heights(flat(0.05));
    expect(Math.abs(first - 14)).toBeLessThanOrEqual(1);
    expect(new Set(rest)).toEqual(new Set([first]));
  });

  test("rises for a change that the colour hardly shows, by the same height whatever the size", () => {
    const rise = (base: number) => {
      const line = heights([...flat(base).slice(0, 30), ...flat(base * 2).slice(0, 10)]);
      return (line[0] ?? 0) - (line[39] ?? 0);
    };
    expect(rise(0.05)).toBeGreaterThanOrEqual(3);
    expect(rise(5e-7)).toBe(rise(0.05));
  });

  test.each([DARK, LIGHT])("stands out from its lane", (palette) => {
    for (const norm of [1e-8, 1e-4, 0.05, 30]) {
      const under = rgb(colour(norm, palette));
      const line = column(picture([flat(norm)], palette), 9).find((each) => each !== colour(norm, palette));
      const over = rgb(line ?? "#000000");
      expect(Math.hypot(...under.map((part, i) => part - (over[i] ?? 0)))).toBeGreaterThan(90);
    }
  });
});
