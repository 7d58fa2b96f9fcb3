import { expect, test } from "vitest";
import { frameOf, network } from "../network.fixture";
import { brokenOf, shares, stance, tallest } from "./shares";
import { weightFacts } from "./weight";

const EDGE = { node: 2, row: 0, column: 1 };

function facts(frame = frameOf()) {
  const found = weightFacts(network(), frame, EDGE);
  if (!found) throw new Error("the weight is there");
  return found;
}

test("the shares of the batch come sorted, each with its example", () => {
  const found = shares(frameOf(), facts());
  expect(found?.map((share) => share.example)).toEqual([0, 1, 2]);
  expect(found?.map((share) => share.value)).toEqual(
    [0.8, 0.172, -0.1].map((value) => expect.closeTo(value, 6)),
  );
});

test("no share is divided by the batch again: they add up to the sum of δ · a", () => {
  const sum = shares(frameOf(), facts())?.reduce((total, share) => total + share.value, 0);
  expect(sum).toBeCloseTo(0.8 + 0.172 - 0.1, 6);
});

test("terms made for another weight are not shown for this one", () => {
  expect(shares(frameOf(), { delta: Math.fround(-0.2), kept: 0.5 })).toBeNull();
});

test("a NaN among the shares comes last and hides no other", () => {
  const frame = frameOf({ terms: [NaN, -0.2, 0.1, 2, -0.86, -1] });
  expect(shares(frame, facts(frame))?.map((share) => share.example)).toEqual([1, 2, 0]);
});

test("an example pulls with the batch, against it, or not at all", () => {
  expect([stance(1, 2), stance(-1, -2), stance(1, -2), stance(0, 1), stance(1, 0)]).toEqual([
    "with",
    "with",
    "against",
    "apart",
    "even",
  ]);
});

test("of a share or a sum that is none, nothing is said of pulling", () => {
  expect([stance(NaN, 1), stance(1, NaN), stance(0, NaN), stance(NaN, 0)]).toEqual(new Array(4).fill("broken"));
  expect(stance(-Infinity, 1)).toBe("against");
});

test("shares that are none are counted", () => {
  const each = (value: number) => ({ example: 0, value });
  expect([brokenOf([each(NaN), each(0), each(-Infinity)]), brokenOf([each(2)])]).toEqual([2, 0]);
});

test("the tallest bar is the largest finite size", () => {
  const each = (value: number) => ({ example: 0, value });
  expect(tallest([each(-3), each(2), each(Infinity), each(NaN)])).toBe(3);
  expect(tallest([])).toBe(0);
});
