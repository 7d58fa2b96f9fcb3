import { describe, expect, test } from "vitest";

import { hue, normColour, paletteFrom, rgb, translucent } from "./palette";
import { DARK, LIGHT } from "./themes";
import { contrast, difference, lightness, VISIONS } from "./vision";

const THEMES = [
  { name: "dark", palette: DARK, grounds: [DARK.stage, DARK.panel, DARK.raised] },
  { name: "light", palette: LIGHT, grounds: [LIGHT.bg, LIGHT.stage, LIGHT.panel] },
];

describe.each(THEMES)("the $name theme", ({ palette, grounds }) => {
  test.each(["ink", "ink2", "ink3", "pos", "neg", "alarm"] as const)(
    "%s is readable as text on every ground",
    (name) => {
      for (const ground of grounds) expect(contrast(palette[name], ground)).toBeGreaterThanOrEqual(4.5);
    },
  );

  test.each(["control", "focus", "light"] as const)("%s is visible as an outline on every ground", (name) => {
    for (const ground of grounds) expect(contrast(palette[name], ground)).toBeGreaterThanOrEqual(3);
  });

  test.each(VISIONS)("the two signs stay apart for %s vision", (vision) => {
    expect(difference(palette.pos, palette.neg, vision)).toBeGreaterThanOrEqual(14);
  });

  test.each(VISIONS)("the norm ramp's lightness goes one way for %s vision", (vision) => {
    const steps = Array.from({ length: 13 }, (_, decade) =>
      lightness(normColour(palette, decade / 12), vision),
    );
    const rising = palette.theme === "dark" ? steps : [...steps].reverse();
    for (let i = 1; i < rising.length; i++) expect(rising[i]).toBeGreaterThan(rising[i - 1] as number);
  });

  test("the response tables meet at zero and end in the full hues", () => {
    expect(css(palette.responsePixels[127])).toBe(palette.zero);
    expect(contrast(css(palette.responsePixels[254]), palette.zero)).toBeGreaterThan(4.5);
    expect(contrast(css(palette.responsePixels[0]), palette.zero)).toBeGreaterThan(4.5);
    expect(
      difference(css(palette.responsePixels[0]), css(palette.responsePixels[254]), "normal"),
    ).toBeGreaterThan(14);
  });

  test("a line of the hatch is nearer to zero than the colour it crosses", () => {
    const plain = contrast(css(palette.responsePixels[0]), palette.zero);
    expect(contrast(css(palette.hatchPixels[0]), palette.zero)).toBeLessThan(plain);
  });
});

test("the figures are the ones the design was accepted with", () => {
  expect(contrast(DARK.ink, DARK.stage)).toBeCloseTo(16.8, 1);
  expect(contrast(LIGHT.ink3, LIGHT.bg)).toBeCloseTo(4.9, 1);
  expect(difference(DARK.pos, DARK.neg, "protan")).toBeCloseTo(22.6, 1);
  expect(difference(LIGHT.pos, LIGHT.neg, "tritan")).toBeCloseTo(25.8, 1);
});

test("a token may hold one colour or one a theme, short or long", () => {
  const of = (text: string, theme: "dark" | "light") => paletteFrom(() => text, theme).ink;
  expect(of(" #ABCDEF", "dark")).toBe("#abcdef");
  expect(of("light-dark(#fff, #0b0c0e)", "light")).toBe("#ffffff");
  expect(of("light-dark(#fff, #0b0c0e)", "dark")).toBe("#0b0c0e");
  expect(of("", "dark")).toBe("#808080");
});

test("a sign has a hue, zero has none, and what is not finite is wrong", () => {
  expect([2, -2, 0, Number.NaN, -Infinity].map((value) => hue(DARK, value))).toEqual([
    DARK.pos,
    DARK.neg,
    DARK.dim,
    DARK.alarm,
    DARK.alarm,
  ]);
});

test("a place off the norm ramp takes the ramp's end", () => {
  expect(normColour(DARK, -3)).toBe(normColour(DARK, 0));
  expect(normColour(DARK, 7)).toBe("#f7fbe0");
});

test("a see-through colour keeps its hue", () => {
  expect(translucent("#ffb25c", 0.5)).toBe("#ffb25c80");
  expect(rgb("#ffb25c")).toEqual([255, 178, 92]);
});

function css(pixel = 0): string {
  const part = (shift: number) => ((pixel >> shift) & 255).toString(16).padStart(2, "0");
  return `#${part(0)}${part(8)}${part(16)}`;
}
