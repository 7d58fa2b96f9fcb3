import { describe, expect, test } from "vitest";

import { frameOf, NET, NUMBERS } from "../fixtures";
import { Recording } from "../paint/recording";
import { DARK } from "../paint/themes";
import { History } from "../state/history";
import {
  drawHistory,
  drawPlayhead,
  extent,
  LEFT,
  LOSS,
  niceStep,
  RIGHT,
  spread,
  stepAt,
  xOfStep,
} from "./timeline";

const WIDTH = 800;

/** A history of some steps whose batch loss is 1 / step and whose test loss is 2 / step. */
function historyOf(...steps: number[]): History {
  const history = new History(NET);
  for (const step of steps) {
    const scalars = [1 / step, 2 / step, ...(NUMBERS["scalars"] as number[]).slice(2)];
    history.add(frameOf({ step, losses: [1 / step], numbers: { scalars } }));
  }
  return history;
}

describe("a place on the timeline", () => {
  test("and its step are found from each other", () => {
    for (const total of [60, 90, 300, 700])
      for (let step = 1; step <= total; step++)
        expect(stepAt(xOfStep(step, total, WIDTH), total, WIDTH)).toBe(step);
  });

  test("lies inside the strip, the first step at its left and the last at its right", () => {
    expect(xOfStep(1, 60, WIDTH)).toBeGreaterThan(LEFT);
    expect(xOfStep(60, 60, WIDTH)).toBeLessThan(WIDTH - RIGHT);
  });

  test("beyond either end is the first or the last step", () => {
    expect([-50, LEFT, WIDTH - RIGHT, WIDTH + 50].map((x) => stepAt(x, 60, WIDTH))).toEqual([1, 1, 60, 60]);
  });
});

describe("the extent", () => {
  test("holds every step", () => {
    for (const furthest of [1, 60, 61, 1000, 123_456])
      expect(extent(furthest)).toBeGreaterThanOrEqual(furthest);
  });

  test("grows by halves and stands still between, so that what is drawn does not creep", () => {
    const extents = [...new Set(Array.from({ length: 1000 }, (_, k) => extent(k)))];
    expect(extents[0]).toBe(60);
    expect(extents.length).toBeLessThan(10);
    for (const [k, total] of extents.slice(1).entries())
      expect(total / (extents[k] ?? NaN)).toBeCloseTo(1.5, 0.5);
  });
});

describe("a history spread over columns", () => {
  const steps = (history: History, total: number, columns: number) =>
    spread(history, total, columns, ({ step }) => step);

  test("holds the newest record at or before each column's step", () => {
    expect(steps(historyOf(1, 4, 6), 6, 6)).toEqual([1, 1, 1, 4, 4, 6]);
  });

  test("ends with the last record", () => {
    expect(steps(historyOf(1, 2, 3), 6, 12)).toEqual([1, 1, 2, 2, 3, 3]);
    expect(steps(historyOf(1), 60, 600)).toHaveLength(10);
  });

  test("has nothing before the first, where no step was seen", () => {
    expect(steps(historyOf(3, 4), 6, 6)).toEqual([undefined, undefined, 3, 4]);
  });

  test("of more steps than columns shows steps from all along", () => {
    const history = historyOf(...Array.from({ length: 96 }, (_, k) => k + 1));
    expect(steps(history, 96, 8)).toEqual([6, 18, 30, 42, 54, 66, 78, 90]);
  });

  test("does not hold a number up to one that is none", () => {
    const history = historyOf(1, 2);
    history.add(frameOf({ step: 5, numbers: { scalars: [NaN, NaN, NaN, 0.03, 1] } }));
    const losses = spread(history, 6, 6, ({ testLoss }) => testLoss);
    expect(losses).toEqual([2, 1, undefined, undefined, NaN]);
  });

  test("of nothing shows nothing", () => {
    expect(steps(new History(NET), 60, 600)).toEqual([undefined]);
  });
});

test.each([
  [0.2, 1],
  [1, 1],
  [1.1, 2],
  [3, 5],
  [8.6, 10],
  [10, 10],
  [21, 50],
  [140, 200],
  [7000, 10_000],
])("ticks at least %f apart stand %i apart", (least, nice) => {
  expect(niceStep(least)).toBe(nice);
});

describe("the picture", () => {
  function drawn(history: History): Recording {
    const recording = new Recording();
    const before = recording.state;
    drawHistory(recording.context, history, { width: WIDTH, palette: DARK, ratio: 1 });
    expect(recording.state).toEqual(before);
    return recording;
  }

  test("has the batch loss thin and the test loss firm, both inside their strip", () => {
    const curves = drawn(historyOf(1, 2, 3, 4)).strokes.filter(({ points }) => points.length > 2);
    expect(curves.map(({ width, style }) => [width, style])).toEqual([
      [0.8, DARK.ink3],
      [1.6, DARK.ink],
    ]);
    for (const [x, y] of curves.flatMap(({ points }) => points)) {
      expect(x).toBeGreaterThanOrEqual(LEFT);
      expect(x).toBeLessThanOrEqual(xOfStep(4.5, 60, WIDTH) + 1);
      expect(y).toBeGreaterThanOrEqual(LOSS.y);
      expect(y).toBeLessThanOrEqual(LOSS.y + LOSS.height);
    }
  });

  test("falls where the loss falls", () => {
    const [train] = drawn(historyOf(1, 2, 3, 4)).strokes.filter(({ points }) => points.length > 2);
    const ys = train?.points.map(([, y]) => y) ?? [];
    expect(ys).toEqual(ys.toSorted((a, b) => a - b));
    expect(ys[0]).toBeLessThan(ys.at(-1) ?? NaN);
  });

  test("names each layer", () => {
    const { texts } = drawn(historyOf(1, 2));
    for (const text of ["Layer 1", "Layer 2"]) expect(texts).toContain(text);
  });

  test("survives a loss that is not finite", () => {
    const history = historyOf(1, 2);
    history.add(frameOf({ step: 3, losses: [NaN], numbers: { scalars: [NaN, NaN, NaN, 0.03, 1] } }));
    for (const [, y] of drawn(history).painted.flatMap(({ points }) => points)) expect(y).not.toBeNaN();
  });
});

test("the playhead stands at its step, through loss and seismograph", () => {
  const recording = new Recording();
  drawPlayhead(recording.context, 12, 60, { width: WIDTH, palette: DARK, ratio: 1 });
  const [line] = recording.strokes;
  expect(line?.points.map(([x]) => x)).toEqual([xOfStep(12, 60, WIDTH), xOfStep(12, 60, WIDTH)]);
  expect(line?.points[1]?.[1]).toBeGreaterThan(LOSS.y + LOSS.height);
});

test("round numbers along the top leave out the one that the playhead stands on", () => {
  const numbers = (step: number): string[] => {
    const recording = new Recording();
    drawPlayhead(recording.context, step, 60, { width: WIDTH, palette: DARK, ratio: 1 });
    return recording.texts;
  };
  expect(numbers(15)).toEqual(["10", "20", "30", "40", "50"]);
  for (const step of [29, 30, 31]) expect(numbers(step)).toEqual(["10", "20", "40", "50"]);
});
