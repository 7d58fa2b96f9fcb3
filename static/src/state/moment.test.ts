import { beforeEach, describe, expect, test } from "vitest";

import { AT, NET, network } from "../fixtures";
import { position, progress, reached, reachedAt, visit, visitOf, weightOf } from "./moment";
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
  test("is what is finished, not what has begun", () => {
    expect(reachedAt(NET, "forward", 1, 1.99)).toBe(false);
    expect(reachedAt(NET, "forward", 1, 2)).toBe(true);
    expect(reachedAt(NET, "backward", 2, 5.99)).toBe(false);
    expect(reachedAt(NET, "backward", 2, 6)).toBe(true);
  });

  test("follows the position", () => {
    expect(reached("backward", 0)).toBe(false);
    position.value = AT.end;
    expect(reached("backward", 0)).toBe(true);
    graph.value = null;
    expect(reached("backward", 0)).toBe(false);
  });
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

test("a visit's progress runs from 0 to 1 and stays there", () => {
  expect([1, 2, 2.25, 3, 7].map((at) => progress(2, at))).toEqual([0, 0, 0.25, 1, 1]);
});

test("a node that computes with a weight is told from one that does not", () => {
  const deep = network(2, [4, 3, 1]);
  expect([0, 1, 2, 3, 4, 5].map((node) => weightOf(deep, node))).toEqual([0, -1, 2, -1, 4, -1]);
});
