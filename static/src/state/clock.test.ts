import { describe, expect, test } from "vitest";

import { AT, NET, network } from "../fixtures";
import { boundaries, due, duration, moved, press } from "./clock";
import { DIALS } from "./moment";

const durations = NET.visits.map((visit) => duration(NET, visit));
const whole = durations.reduce((a, b) => a + b);

describe("the time a visit takes", () => {
  test("is longest where a front crosses between columns, both ways", () => {
    expect(durations).toEqual([1250, 500, 1250, 750, 750, 1250, 500, 1250, 1500]);
  });
});

describe("moving on", () => {
  test("ends a visit after its duration and goes on within the next", () => {
    expect(moved(NET, 0, 625, 1)).toBeCloseTo(0.5, 10);
    expect(moved(NET, 0, 1250, 1)).toBe(1);
    expect(moved(NET, 0.5, 625 + 250, 1)).toBeCloseTo(1.5, 10);
  });

  test("takes the same path in one stride as in many", () => {
    let at = 0;
    for (let k = 0; k < 100; k++) at = moved(NET, at, 40, 1);
    expect(at).toBeCloseTo(moved(NET, 0, 4000, 1), 9);
  });

  test("goes as fast as the motion says", () => {
    expect(moved(NET, 0, 1000, 1 / 4)).toBeCloseTo(moved(NET, 0, 250, 1), 10);
    expect(moved(NET, 0, 100, 4)).toBeCloseTo(moved(NET, 0, 400, 1), 10);
  });

  test("stops at the end of the step", () => {
    expect(moved(NET, 0, whole, 1)).toBe(AT.end);
    expect(moved(NET, 8.5, 1e9, 4)).toBe(AT.end);
    expect(moved(NET, AT.end, 10, 1)).toBe(AT.end);
  });
});

describe("where a dial stops", () => {
  test.each([
    ["operation", [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ["layer", [2, 3, 4, 5, 6, 8, 9]],
    ["phase", [3, 4, 8, 9]],
  ] as const)("%s: at the end of each", (dial, stops) => {
    expect(boundaries(NET, dial)).toEqual(stops);
  });
});

describe("a press inside a step", () => {
  test("goes to the next stop, or the one before, from between them or on one", () => {
    expect(press(NET, 2.4, "phase", 1, 5)).toEqual({ position: 3, step: 0 });
    expect(press(NET, 3, "phase", 1, 5)).toEqual({ position: 4, step: 0 });
    expect(press(NET, 5.5, "phase", -1, 5)).toEqual({ position: 4, step: 0 });
    expect(press(NET, 4, "phase", -1, 5)).toEqual({ position: 3, step: 0 });
  });

  test("at the end goes to the first stop of the next step", () => {
    expect(press(NET, AT.end, "layer", 1, 5)).toEqual({ position: 2, step: 1 });
  });

  test("before the first stop goes back to the end of the step before", () => {
    expect(press(NET, 2, "layer", -1, 5)).toEqual({ position: AT.end, step: -1 });
    expect(press(NET, 0, "layer", -1, 5)).toEqual({ position: AT.end, step: -1 });
  });

  test("before the first stop of the first step goes to the start", () => {
    expect(press(NET, 2, "layer", -1, 1)).toEqual({ position: 0, step: 0 });
  });

  test("forward and back again leads to the same moment, whatever the dial", () => {
    for (const dial of DIALS) {
      const stops = dial === "step" || dial === "epoch" ? [AT.end] : boundaries(NET, dial);
      for (const at of stops) {
        const there = press(NET, at, dial, 1, 20);
        const back = press(NET, there.position, dial, -1, 20 + there.step);
        expect([dial, at, back.position, there.step + back.step]).toEqual([dial, at, at, 0]);
      }
    }
  });
});

describe("a press by whole steps", () => {
  test("first finishes the step under way", () => {
    expect(press(NET, 3.2, "step", 1, 5)).toEqual({ position: AT.end, step: 0 });
    expect(press(NET, AT.end, "step", 1, 5)).toEqual({ position: AT.end, step: 1 });
  });

  test("goes back to the end of the one before, and from the first to its start", () => {
    expect(press(NET, 3.2, "step", -1, 5)).toEqual({ position: AT.end, step: -1 });
    expect(press(NET, 3.2, "step", -1, 1)).toEqual({ position: 0, step: 0 });
  });

  test("by epochs ends on a multiple of the batches, wherever it began", () => {
    expect(press(NET, AT.end, "epoch", 1, 3)).toEqual({ position: AT.end, step: 7 });
    expect(press(NET, 3.2, "epoch", 1, 9)).toEqual({ position: AT.end, step: 1 });
    expect(press(NET, 3.2, "epoch", 1, 10)).toEqual({ position: AT.end, step: 0 });
    expect(press(NET, AT.end, "epoch", 1, 10)).toEqual({ position: AT.end, step: 10 });
  });

  test("by epochs goes back to the last one's end, and in the first to the start of all", () => {
    expect(press(NET, AT.end, "epoch", -1, 23)).toEqual({ position: AT.end, step: -3 });
    expect(press(NET, AT.end, "epoch", -1, 20)).toEqual({ position: AT.end, step: -10 });
    expect(press(NET, AT.end, "epoch", -1, 7)).toEqual({ position: 0, step: -6 });
  });

  test("by epochs of one batch is by steps", () => {
    const single = { ...network(2, [1]), batches: 1 };
    const count = single.visits.length;
    expect(press(single, 0.5, "epoch", 1, 3)).toEqual({ position: count, step: 0 });
    expect(press(single, count, "epoch", -1, 3)).toEqual({ position: count, step: -1 });
  });
});

describe("steps that are due", () => {
  test("are whole; the rest is carried over", () => {
    expect(due(0.9)).toEqual({ steps: 0, rest: 0.9 });
    expect(due(3.25)).toEqual({ steps: 3, rest: 0.25 });
  });

  test("are ten at most, and what a slow line has piled up is dropped", () => {
    expect(due(400)).toEqual({ steps: 10, rest: 1 });
  });
});
