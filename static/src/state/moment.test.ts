import { beforeEach, describe, expect, test } from "vitest";

import { AT, NET } from "../fixtures";
import {
  followed,
  live,
  playing,
  position,
  progress,
  reached,
  reachedAt,
  speed,
  SPEEDS,
  visit,
  visitAt,
  visitOf,
} from "./moment";
import { graph } from "./run";

beforeEach(() => {
  graph.value = NET;
  position.value = 0;
});

describe("a node's visit", () => {
  test("is found by its phase", () => {
    expect([0, 1, 2].map((node) => visitOf(NET, "forward", node))).toEqual([AT.linear1, AT.tanh, AT.linear2]);
    expect([3, 2, 1, 0].map((node) => visitOf(NET, "backward", node))).toEqual([4, 5, 6, 7]);
    expect(visitOf(NET, "update", 0)).toBe(AT.update);
  });

  test("of the loss going forward is the loss", () => {
    expect(visitOf(NET, "forward", 3)).toBe(AT.loss);
    expect(visitOf(NET, "loss", 3)).toBe(AT.loss);
  });

  test("of a node there is none of is nowhere", () => {
    expect(visitOf(NET, "forward", 9)).toBe(-1);
    expect(reachedAt(NET, "forward", 9, AT.end)).toBe(false);
  });
});

describe("what has been reached", () => {
  test("is where the front has arrived, not where it is on its way", () => {
    expect([1, 1.69, 1.71, 2].map((at) => reachedAt(NET, "forward", 1, at))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect([5, 5.69, 5.71, 6].map((at) => reachedAt(NET, "backward", 2, at))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test("follows the position", () => {
    expect(reached("backward", 0)).toBe(false);
    position.value = AT.end;
    expect(reached("backward", 0)).toBe(true);
    graph.value = null;
    expect(reached("backward", 0)).toBe(false);
  });
});

test("a whole position is the end of the visit before it, but for the start of the step", () => {
  expect([0, 0.01, 1, 1.01, 4, 8, 8.01, 9].map((at) => visitAt(NET, at))).toEqual([0, 0, 0, 1, 3, 7, 8, 8]);
  expect([-1, 12].map((at) => visitAt(NET, at))).toEqual([0, 8]);
});

test("the visit under way is the last one when the step is over", () => {
  const visits = [0, 3.7, 8.9, 9].map((at) => {
    position.value = at;
    return visit.value;
  });
  expect(visits).toEqual([0, 3, 8, 8]);
  graph.value = null;
  expect(visit.value).toBe(0);
});

test("a visit's progress runs from 0 to 1 in the first 70 % of its time and holds for the rest", () => {
  expect([1, 2, 2.8, 3, 7].map((at) => progress(2, at))).toEqual([0, 0, 1, 1, 1]);
  expect([2.175, 2.35, 2.525].map((at) => progress(2, at).toFixed(6))).toEqual([
    "0.250000",
    "0.500000",
    "0.750000",
  ]);
});

test("a pass is followed by eye up to five steps a second", () => {
  const slow = ["⅛ ×", "¼ ×", "½ ×", "1 ×", "2 ×", "4 ×", "1/s", "5/s"];
  expect(SPEEDS.filter(followed).map(({ label }) => label)).toEqual(slow);
});

test("training is live while it plays too fast for a pass to be followed", () => {
  const labels = () =>
    SPEEDS.flatMap(({ label }, k) => {
      speed.value = k;
      return live() ? [label] : [];
    });
  playing.value = true;
  expect(labels()).toEqual(["60/s", "600/s"]);
  playing.value = false;
  expect(labels()).toEqual([]);
});
