import { describe, expect, test } from "vitest";

import { AT, frameOf, NET, network, NUMBERS, type FrameFacts } from "../fixtures";
import { Recording } from "../paint/recording";
import { DARK } from "../paint/themes";
import type { Selection } from "../state/selection";
import type { Graph } from "../wire/messages";
import { layoutOf } from "./layout";
import { sceneAt } from "./scene";
import { drawUnits } from "./units";

function drawn(
  position: number,
  graph: Graph = NET,
  facts: FrameFacts = {},
  selection: Selection | null = null,
): Recording {
  const recording = new Recording();
  const before = recording.state;
  const scene = sceneAt(graph, layoutOf(graph, 1000, 460), frameOf(facts), position, "example");
  drawUnits(recording.context, scene, { palette: DARK, selection, pictures: () => null, input: null });
  expect(recording.state).toEqual(before);
  return recording;
}

describe("a selection", () => {
  /** How many units are framed. */
  const framed = (selection: Selection) =>
    drawn(AT.end, NET, {}, selection).strokes.filter(
      ({ style, width }) => style === DARK.focus && width === 1.5,
    ).length;

  test("of a unit frames it, whichever of its nodes is named", () => {
    expect([0, 1].map((node) => framed({ kind: "unit", node, row: 2 }))).toEqual([1, 1]);
  });

  test("of a weight frames the units at both its ends", () => {
    expect(framed({ kind: "weight", node: 2, row: 0, column: 1 })).toBe(2);
    expect(framed({ kind: "weight", node: 0, row: 1, column: 0 })).toBe(2);
  });

  test("of a layer frames none", () => {
    expect(framed({ kind: "layer", node: 0 })).toBe(0);
  });
});

describe("a wide layer", () => {
  test("says how many of its units are shown", () => {
    const wide = network(2, [256, 1]);
    const shown = layoutOf(wide, 1000, 460).columns[1]?.units.length ?? 0;
    expect(shown).toBeLessThan(256);
    expect(drawn(0, wide).texts).toContain(`${shown} of 256 units`);
    expect(drawn(0).texts.join()).not.toContain("units");
  });
});

describe("the outputs of a classifier", () => {
  const graph = network(4, [5, 3], { classes: ["setosa", "versicolor", "a very long name"] });
  const words = (target: number) => {
    const scalars = [...(NUMBERS["scalars"] as number[]).slice(0, 4), target];
    return drawn(AT.end, graph, { numbers: { scalars } }).painted;
  };

  test("are named, a long name cut", () => {
    const texts = words(0).map(({ text }) => text);
    for (const name of ["setosa", "versicolor", "a very lon…"]) expect(texts).toContain(name);
  });

  test("show the right answer on ground of its own", () => {
    const style = (target: number, name: string) => words(target).find(({ text }) => text === name)?.style;
    expect([style(1, "versicolor"), style(1, "setosa")]).toEqual([DARK.bg, DARK.ink2]);
  });
});

test("the one output of two classes carries the data over its answer", () => {
  const dots = drawn(AT.end).painted.filter(
    ({ style, width, alpha }) => style === "#ffffff" && alpha === 0.85 && width === 0.7,
  );
  expect(dots.map(({ kind }) => kind)).toEqual(["fill", "stroke"]); // class 1 filled, class 0 hollow
});
