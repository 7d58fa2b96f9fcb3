import { describe, expect, test } from "vitest";

import { fillPicture, fillResponse, hatchPitch } from "./response";
import { DARK, LIGHT } from "./themes";

function response(values: number[], size: number, palette = DARK, ratio = 1): Uint32Array {
  const pixels = new Uint32Array(size * size);
  fillResponse(pixels, Int8Array.from(values), { side: Math.sqrt(values.length), size, ratio }, palette);
  return pixels;
}

function pixel(palette: typeof DARK, value: number): number {
  return palette.responsePixels[value + 127] as number;
}

describe("a response", () => {
  test.each([DARK, LIGHT])("shows -1, 0 and +1 in the colours of the ramps", (palette) => {
    expect(response([127], 4, palette).every((each) => each === pixel(palette, 127))).toBe(true);
    expect(response([0], 4, palette).every((each) => each === pixel(palette, 0))).toBe(true);
    expect([...response([-127], 9, palette)]).toContain(pixel(palette, -127));
  });

  test("keeps its sides: left is left and the first row is on top", () => {
    const pixels = response([127, 0, 0, 0], 20);
    expect(pixels[0]).toBe(pixel(DARK, 127));
    expect(pixels[19]).toBe(pixel(DARK, 0));
    expect(pixels[19 * 20]).toBe(pixel(DARK, 0));
  });

  test("is smooth between cells: half way is half the value", () => {
    const pixels = response([0, 100, 0, 100], 101);
    expect(pixels[50]).toBe(pixel(DARK, 50));
  });

  test("is hatched at 45° where negative and nowhere else", () => {
    const size = 40;
    const negative = response(new Array<number>(4).fill(-80), size);
    const hatched = [...negative].map((each) => each === DARK.hatchPixels[47]);
    expect(hatched.filter(Boolean).length / size ** 2).toBeCloseTo(0.4, 1);
    for (let i = 1; i < size; i++) expect(hatched[i * size]).toBe(hatched[i]);
    expect(new Set(response(new Array<number>(4).fill(80), size)).size).toBe(1);
  });

  test("near zero has no hatch", () => {
    expect(new Set(response([-2], 20)).size).toBe(1);
  });

  test("is opaque everywhere", () => {
    for (const each of response([-127, 127, 5, -60], 38)) expect(each >>> 24).toBe(255);
  });
});

test("the hatch is wider in larger pictures", () => {
  expect([38, 64, 200].map(hatchPitch)).toEqual([5, 6, 8]);
});

test("a digit is drawn in squares from the stage's colour to ink", () => {
  const pixels = new Uint32Array(16);
  fillPicture(pixels, [0, 1, 0.5, 7], { side: 2, size: 4, ratio: 1 }, DARK);
  const [dark, bright] = [DARK.greyPixels[0], DARK.greyPixels[255]];
  expect([...pixels.slice(0, 4)]).toEqual([dark, dark, bright, bright]);
  expect(pixels[8]).toBe(DARK.greyPixels[128]);
  expect(pixels[10]).toBe(bright);
});
