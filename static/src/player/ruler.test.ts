import { describe, expect, test } from "vitest";

import { AT, NET, network } from "../fixtures";
import { Recording } from "../paint/recording";
import { DARK } from "../paint/themes";
import type { Graph } from "../wire/messages";
import { drawRuler, RULER, visitAt } from "./ruler";
import { LEFT, RIGHT } from "./timeline";

const WIDTH = 1000;
const CELL = (WIDTH - LEFT - RIGHT) / AT.end;

function drawn(position: number, graph: Graph = NET, width = WIDTH): Recording {
  const recording = new Recording();
  const before = recording.state;
  drawRuler(recording.context, graph, {
    width,
    palette: DARK,
    ratio: 1,
    position,
    step: 12,
    playhead: 300,
    optimizer: "Adam",
  });
  expect(recording.state).toEqual(before);
  return recording;
}

/** How each cell stands, from left to right: dotted, framed or filled. */
function cells(position: number): string[] {
  const { painted } = drawn(position);
  return Array.from({ length: AT.end }, (_, k) => {
    const here = painted.filter(({ points: [from, to] }) => {
      const left = LEFT + k * CELL;
      return (
        from?.[1] === RULER.y &&
        Math.abs(from[0] - left - 1) < 1e-6 &&
        Math.abs((to?.[0] ?? 0) - left - CELL + 1) < 1e-6
      );
    });
    if (here.some(({ dash }) => dash.length > 0)) return "waiting";
    return here.some(({ kind }) => kind === "stroke") ? "now" : "done";
  });
}

describe("a place on the ruler", () => {
  test("is a visit and how much of it is done", () => {
    expect(visitAt(NET, LEFT + 2.5 * CELL, WIDTH)).toBeCloseTo(2.5, 9);
  });

  test("beyond either end is the start or the end of the step", () => {
    expect([visitAt(NET, 0, WIDTH), visitAt(NET, WIDTH, WIDTH)]).toEqual([0, AT.end]);
  });
});

describe("a cell", () => {
  test("is dotted until its visit begins, framed while it runs and plain afterwards", () => {
    expect(cells(0)).toEqual(new Array(9).fill("waiting"));
    expect(cells(2.5)).toEqual([
      "done",
      "done",
      "now",
      "waiting",
      "waiting",
      "waiting",
      "waiting",
      "waiting",
      "waiting",
    ]);
    expect(cells(AT.end)).toEqual(new Array(9).fill("done"));
  });

  test("is named by its visit where there is room", () => {
    const { texts } = drawn(0);
    for (const name of [
      "Linear 1 ▸",
      "Tanh ▸",
      "Linear 2 ▸",
      "Loss",
      "◂ Loss",
      "◂ Linear 2",
      "◂ Tanh",
      "◂ Linear 1",
      "Adam",
    ])
      expect(texts).toContain(name);
  });

  test("too narrow for its name has none, and no name is wider than its cell", () => {
    const deep = network(2, [...new Array<number>(20).fill(4), 1]);
    const cell = (WIDTH - LEFT - RIGHT) / deep.visits.length;
    const names = drawn(0, deep).texts.filter((text) => /[▸◂]/.test(text));
    for (const name of names) expect(6 * name.length).toBeLessThan(cell);
  });

  test("too narrow for its name has a mark", () => {
    const deep = network(2, [...new Array<number>(8).fill(4), 1]);
    const { texts } = drawn(0, deep, 1200);
    for (const mark of ["1 ▸", "f ▸", "9 ▸", "L", "◂ L", "◂ 9", "◂ f", "◂ 1", "Δw"]) expect(texts).toContain(mark);
    expect(texts).not.toContain("Linear 1 ▸");
  });
});

test("the hand stands at the position, and no further than the end", () => {
  const hand = (position: number) =>
    drawn(position)
      .strokes.find(({ style }) => style === DARK.light)
      ?.points.map(([x]) => x);
  expect(hand(4.5)).toEqual([LEFT + 4.5 * CELL, LEFT + 4.5 * CELL]);
  expect(hand(99)?.[0]).toBeCloseTo(WIDTH - RIGHT, 9);
});

describe("the phases", () => {
  test("are named in their order under the ruler", () => {
    const names = drawn(0).painted.filter(({ points }) => (points[0]?.[1] ?? 0) > RULER.y + RULER.height);
    expect(names.flatMap(({ text }) => text ?? [])).toEqual(["Forward", "Loss", "Backward", "Update"]);
  });

  test("span their visits, and the one under way stands out", () => {
    const lines = (position: number) => {
      const strokes = drawn(position).strokes.filter(({ points }) => points[0]?.[1] === RULER.y + 29);
      return strokes.map(({ points, style }) => [
        Math.round(((points[0]?.[0] ?? 0) - LEFT) / CELL),
        style === DARK.ink,
      ]);
    };
    expect(lines(1)).toEqual([
      [0, true],
      [3, false],
      [4, false],
      [8, false],
    ]);
    expect(lines(5.5)).toEqual([
      [0, false],
      [3, false],
      [4, true],
      [8, false],
    ]);
    expect(lines(AT.end)).toEqual([
      [0, false],
      [3, false],
      [4, false],
      [8, true],
    ]);
  });
});

test("the step is named beside its visits", () => {
  expect(drawn(0).texts.join()).toContain("12");
});
