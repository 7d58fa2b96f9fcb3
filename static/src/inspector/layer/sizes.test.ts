import { describe, expect, test } from "vitest";
import type { Summary } from "../../wire/messages";
import { moments, pace, percent, tallest } from "./sizes";
import { decades, summary } from "./summary.fixture";

test("the largest count is the height of the picture, wherever it stands", () => {
  expect(tallest(summary({ decades: decades({ 3: 7 }), zeros: 5 }))).toBe(7);
  expect(tallest(summary({ decades: decades({ 3: 7 }), nan: 9 }))).toBe(9);
  expect(tallest(summary())).toBe(1);
});

describe("mean and spread", () => {
  const unsaid = { mean: null, spread: null } as unknown as Summary; // JSON has no NaN
  test("are those of the service", () => {
    expect(moments(summary({ mean: -0.5, spread: 2 }))).toEqual({ mean: -0.5, spread: 2 });
  });
  test("are NaN where a number is, and left out where infinite ones make them unknown", () => {
    expect(moments(summary({ ...unsaid, nan: 1, infinite: 2 }))).toEqual({ mean: NaN, spread: NaN });
    expect(moments(summary({ ...unsaid, infinite: 2 }))).toBeNull();
  });
});

test("a share in per cent never rounds to none or to all", () => {
  expect([percent(0, 9), percent(3, 8), percent(1, 3), percent(9, 9)]).toEqual(["0", "38", "33", "100"]);
  expect([percent(1, 1e6), percent(999_999, 1e6)]).toEqual(["< 0.01", "> 99"]);
});

describe("an update beside its weights", () => {
  test("is told only where it is thirty times off the usual thousandth", () => {
    for (const ratio of [1e-3, 0.029, 4e-5, 0, NaN, Infinity]) expect(pace(ratio)).toBeNull();
  });
  test("says how many times too much, or too little", () => {
    expect(pace(0.1)).toMatchObject({ kind: "fast" });
    expect(pace(0.1)?.times).toBeCloseTo(100);
    expect(pace(1e-6)).toMatchObject({ kind: "slow" });
    expect(pace(1e-6)?.times).toBeCloseTo(1000);
  });
});
