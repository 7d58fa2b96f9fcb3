import { describe, expect, test } from "vitest";
import { barOf, bars, exampleAt, meanOf } from "./each";

test("a bar stands for each example in the order of the step, NaN for what JSON could not say", () => {
  expect(bars([0.5, null, -1])).toEqual([
    { example: 0, value: 0.5 },
    { example: 1, value: NaN },
    { example: 2, value: -1 },
  ]);
});

test("the mean is that of all examples, and NaN where one is", () => {
  expect(meanOf(bars([1, 2, -6]))).toBe(-1);
  expect(meanOf(bars([1, null]))).toBeNaN();
});

describe("the bar of an example", () => {
  test("is its own where a step has one batch", () => {
    expect([0, 3, 7].map((example) => barOf(example, 8, 8))).toEqual([0, 3, 7]);
  });

  test("is among the last where a step adds up several: that is the batch the page shows", () => {
    expect([0, 7].map((example) => barOf(example, 8, 24))).toEqual([16, 23]);
  });

  test("is found at any place on it", () => {
    for (let example = 0; example < 8; example++)
      for (const inside of [0.01, 0.5, 0.99])
        expect(exampleAt(((16 + example + inside) / 24) * 300, 300, 8, 24)).toBe(example);
  });

  test("beyond its batch is the nearest of it", () => {
    expect([exampleAt(-4, 300, 8, 8), exampleAt(304, 300, 8, 8), exampleAt(10, 300, 8, 24)]).toEqual([0, 7, 0]);
  });
});
