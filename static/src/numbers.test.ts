import { expect, test } from "vitest";

import { exact, format, superscript, whole } from "./numbers";

test.each([
  [0.1677, "0.1677"],
  [-0.017236471, "−0.01724"],
  [12, "12.00"],
  [9999.4, "9999"],
  [9999.6, "1.000e4"],
  [0.001, "0.001000"],
  [0.00099996, "1.000e−3"],
  [1.516e-16, "1.516e−16"],
  [-2.5e12, "−2.500e12"],
  [0, "0"],
  [-0, "0"],
  [Number.NaN, "NaN"],
  [Infinity, "∞"],
  [-Infinity, "−∞"],
])("%d is shown as %s", (value, text) => {
  expect(format(value)).toBe(text);
});

test("a plus is shown only when asked for, and never before zero or NaN", () => {
  expect(format(0.6442, true)).toBe("+0.6442");
  expect(format(-0.6442, true)).toBe("−0.6442");
  expect(format(Infinity, true)).toBe("+∞");
  expect(format(0, true)).toBe("0");
  expect(format(Number.NaN, true)).toBe("NaN");
});

test("no number is shown with a hyphen for a minus", () => {
  for (let exponent = -40; exponent <= 38; exponent++) expect(format(-(10 ** exponent))).not.toContain("-");
});

test("the exact text reads back as the same float32 and is the shortest that does", () => {
  expect(exact(0.1)).toBe("0.1");
  expect(exact(Math.fround(0.1))).toBe("0.1");
  expect(exact(16777216)).toBe("16777216");
  expect(exact(-Math.fround(1 / 3))).toBe("-0.33333334");
  for (let i = 1; i < 2000; i++) {
    const value = Math.fround(Math.sin(i) * 10 ** ((i % 70) - 35));
    expect(Math.fround(Number(exact(value)))).toBe(value);
  }
});

test("the exact text of what is not finite can still be read by a program", () => {
  expect([NaN, Infinity, -Infinity].map(exact)).toEqual(["NaN", "Infinity", "-Infinity"]);
});

test("exponents are raised with their sign", () => {
  expect([-10, 0, 2, 38].map(superscript)).toEqual(["⁻¹⁰", "⁰", "²", "³⁸"]);
});

test("counts have the separators of the language", () => {
  expect(whole(2816, "en")).toBe("2,816");
  expect(whole(2816, "ko")).toBe("2,816");
});
