import { describe, expect, test } from "vitest";

import { AT, frameOf, NET, network } from "../fixtures";
import { Recording, type Painted } from "../paint/recording";
import { DOTS } from "../paint/marks";
import { DARK } from "../paint/themes";
import type { Selection } from "../state/selection";
import { drawBundle, edgesOf, strength, type BundleLook, type Edge } from "./bundle";
import { layoutOf } from "./layout";
import { sceneAt, type Bundle } from "./scene";

const layout = layoutOf(NET, 880, 420);
const COLOURS = [DARK.pos, DARK.neg, DARK.posHi, DARK.negHi];

function bundleAt(position: number, which: 0 | 1 = 0): Bundle {
  return sceneAt(NET, layout, frameOf(), position, "batch").bundles[which] as Bundle;
}

function drawn(bundle: Bundle, look: Partial<BundleLook> = {}): Recording {
  const recording = new Recording();
  const before = recording.state;
  const { edges } = edgesOf(bundle, 100, look.selection);
  drawBundle(recording.context, bundle, { palette: DARK, selection: null, front: null, edges, ...look });
  expect(recording.state).toEqual(before);
  return recording;
}

const coloured = ({ strokes }: Recording): Painted[] =>
  strokes.filter(({ style }) => COLOURS.some((colour) => style.includes(colour)));

const names = (edges: readonly Edge[]) => edges.map(({ i, j }) => [i, j]);
const weight = (node: number, row: number, column: number): Selection => ({
  kind: "weight",
  node,
  row,
  column,
});

describe("the edges that are drawn", () => {
  test("are all there are where there is room for all", () => {
    const { edges, total } = edgesOf(bundleAt(AT.end), 100);
    expect([edges.length, total]).toEqual([6, 6]);
  });

  test("are the strongest, the very strongest on top, by size and not by sign", () => {
    const values = edgesOf(bundleAt(AT.update, 1), 2).edges.map(({ value }) => value);
    expect(values).toEqual([-0.08, 0.09].map(Math.fround));
    expect(edgesOf(bundleAt(AT.update, 1), 2).total).toBe(3);
  });

  test("put what is not finite on top of all", () => {
    const bundle = { ...bundleAt(AT.end), value: (i: number, j: number) => (i + j === 0 ? NaN : 1 + i + j) };
    expect(names(edgesOf(bundle, 3).edges).at(-1)).toEqual([0, 0]);
  });

  test("are never without the selected weight, however weak it is, and no more for it", () => {
    const weakest = edgesOf(bundleAt(AT.end), 2, weight(0, 0, 0)).edges;
    expect(names(weakest)).toEqual([
      [0, 0],
      [1, 2],
    ]);
    expect(names(edgesOf(bundleAt(AT.end), 2, weight(2, 0, 0)).edges)).toEqual([
      [1, 1],
      [1, 2],
    ]);
  });

  test("count what a wide layer leaves out", () => {
    const wide = network(13, [256, 1]);
    const [bundle] = sceneAt(wide, layoutOf(wide, 880, 420), frameOf(), 0, "batch").bundles;
    expect(edgesOf(bundle as Bundle, 50)).toMatchObject({ edges: { length: 50 }, total: 13 * 256 });
  });
});

describe("a selection", () => {
  const strengths = (selection: Selection | null, which: 0 | 1) => {
    const bundle = bundleAt(AT.end, which);
    const edges = edgesOf(bundle, 100).edges.toSorted((a, b) => a.j - b.j || a.i - b.i);
    return edges.map((edge) => strength(selection, bundle, edge));
  };
  const REST = 0.33;

  test("of nothing, or of a layer, leaves all edges alike", () => {
    expect(strengths(null, 1)).toEqual([1, 1, 1]);
    expect(strengths({ kind: "layer", node: 2 }, 1)).toEqual([1, 1, 1]);
  });

  test("of a weight leaves the others a third, in every bundle", () => {
    expect(strengths(weight(0, 1, 1), 0)).toEqual([REST, REST, REST, 1, REST, REST]);
    expect(strengths(weight(0, 1, 1), 1)).toEqual([REST, REST, REST]);
  });

  test("of a unit picks out what comes in and what goes out", () => {
    const unit: Selection = { kind: "unit", node: 1, row: 2 };
    expect(strengths(unit, 0)).toEqual([REST, REST, REST, REST, 1, 1]);
    expect(strengths(unit, 1)).toEqual([REST, REST, 1]);
  });

  test("draws its weight opaque and the others at a third of what they were", () => {
    const alphas = (selection: Selection | null) =>
      coloured(drawn(bundleAt(AT.end), { selection })).map(({ alpha }) => alpha);
    const [plain, picked] = [alphas(null), alphas(weight(0, 2, 1))];
    expect(picked.at(-1)).toBe(1);
    for (const [k, alpha] of picked.slice(0, -1).entries())
      expect(alpha / (plain[k] ?? NaN)).toBeCloseTo(REST, 9);
  });
});

describe("edges that wait", () => {
  test("are dotted, without a colour and without a direction, whatever their values", () => {
    const recording = drawn(bundleAt(AT.tanh, 1));
    expect(recording.strokes).toHaveLength(3);
    for (const stroke of recording.strokes)
      expect(stroke).toMatchObject({ dash: DOTS, cap: "round", style: DARK.control });
    expect(recording.fills).toHaveLength(0);
  });

  test("of a wide layer are thinned out: hairlines tell that there are edges, not which", () => {
    const wide = network(64, [30, 1], { picture: [8, 8] });
    const [bundle] = sceneAt(wide, layoutOf(wide, 1440, 560), frameOf(), 0, "batch").bundles;
    const { edges } = edgesOf(bundle as Bundle, 1500);
    expect(edges).toHaveLength(1500);
    expect(drawn(bundle as Bundle, { edges }).strokes.length).toBeLessThanOrEqual(300);
  });
});

describe("edges whose numbers are not sent", () => {
  const unsent = (position: number): Bundle => ({ ...bundleAt(position), value: () => null });

  test.each([
    ["forward", AT.loss],
    ["backward", AT.update],
    ["in the update", AT.end],
  ])("are plain hairlines, neither dotted nor dashed, without colour or direction: %s", (_, position) => {
    const recording = drawn(unsent(position));
    expect(recording.strokes).toHaveLength(6);
    for (const stroke of recording.strokes) expect(stroke).toMatchObject({ dash: [], style: DARK.dim });
    expect(recording.fills).toHaveLength(0);
  });

  test("are dotted as any others while they wait", () => {
    expect(drawn(unsent(0)).strokes.map(({ dash }) => dash)).toEqual(new Array(6).fill(DOTS));
  });

  test("show no number though one of them is selected", () => {
    expect(coloured(drawn(unsent(AT.update), { selection: weight(0, 1, 1) }))).toEqual([]);
  });

  test("lie under those that are", () => {
    const bundle = { ...bundleAt(AT.update), value: (i: number, j: number) => (i + j === 2 ? null : 0) };
    expect(edgesOf(bundle, 100).edges.map(({ value }) => value)).toEqual([null, null, 0, 0, 0, 0]);
  });
});

describe("the front through a bundle", () => {
  const reach = (strokes: Painted[]) => strokes.flatMap(({ points }) => points.map(([x]) => x));

  test.each([0.1, 0.35, 0.6])("forward, nothing to its right is coloured (%f done)", (done) => {
    const { front } = sceneAt(NET, layout, frameOf(), AT.linear1 + done, "batch");
    const xs = reach(coloured(drawn(bundleAt(AT.linear1 + done), { front })));
    expect(xs.length).toBeGreaterThan(0);
    expect(Math.max(...xs)).toBeLessThanOrEqual((front?.x ?? NaN) + 1e-3);
  });

  test.each([0.1, 0.35, 0.6])("backward, nothing to its left is coloured (%f done)", (done) => {
    const { front } = sceneAt(NET, layout, frameOf(), AT.backLinear1 + done, "batch");
    const xs = reach(coloured(drawn(bundleAt(AT.backLinear1 + done), { front })));
    expect(xs.length).toBeGreaterThan(0);
    expect(Math.min(...xs)).toBeGreaterThanOrEqual((front?.x ?? NaN) - 1e-3);
  });

  test("leaves hairlines, not dots, under what is on its way", () => {
    const { front } = sceneAt(NET, layout, frameOf(), 0.5, "batch");
    const ground = drawn(bundleAt(0.5), { front }).strokes.filter(({ style }) => style === DARK.dim);
    expect(ground.map(({ dash }) => dash)).toEqual(new Array(6).fill([]));
  });

  test("has a bright band behind it on each edge, with a selection on the selected alone", () => {
    const { front } = sceneAt(NET, layout, frameOf(), 0.5, "batch");
    const bands = (selection: Selection | null) =>
      drawn(bundleAt(0.5), { front, selection }).strokes.filter(({ style }) => style.startsWith("from"))
        .length;
    expect([bands(null), bands(weight(0, 1, 0))]).toEqual([6, 1]);
  });
});

test("an update swells every edge and fades it back", () => {
  const [rest, full] = [0, 1].map((swell) =>
    coloured(drawn(bundleAt(AT.update + 0.5), { swell })).map(({ alpha }) => alpha),
  );
  for (const [k, alpha] of (full ?? []).entries()) expect(alpha).toBeGreaterThan(rest?.[k] ?? NaN);
});
