import { describe, expect, test } from "vitest";

import { NET, network } from "../fixtures";
import { ends, layoutOf, unitAt, type Box, type Column, type StageLayout } from "./layout";

const SIZES = [
  [1440, 560],
  [880, 420],
  [390, 400],
  [320, 260],
  [568, 180],
] as const;

const NETS = {
  "2-3-1": NET,
  "one layer": network(2, [1]),
  "six layers": network(2, [8, 8, 8, 8, 8, 1]),
  "twelve layers": network(2, [...new Array<number>(11).fill(6), 1]),
  wide: network(13, [256, 64, 3]),
  "a picture": network(64, [32, 10], { picture: [8, 8] }),
  "a picture and one layer": network(64, [10], { picture: [8, 8] }),
} as const;

const CASES = Object.entries(NETS).flatMap(([name, net]) =>
  SIZES.map(([w, h]) => [name, w, h, layoutOf(net, w, h)] as const),
);

function boxes({ columns, loss }: StageLayout): Box[] {
  return [...columns.flatMap(({ units, picture }) => (picture ? [picture] : units)), loss];
}

function overlap(a: Box, b: Box): boolean {
  return 2 * Math.abs(a.x - b.x) < a.width + b.width && 2 * Math.abs(a.y - b.y) < a.height + b.height;
}

describe.each(CASES)("%s on %i × %i pixels", (_, width, height, layout) => {
  test("stays inside the stage", () => {
    for (const box of boxes(layout)) {
      expect(box.x - box.width / 2).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width / 2).toBeLessThanOrEqual(width);
      expect(box.y - box.height / 2).toBeGreaterThanOrEqual(layout.top);
      expect(box.y + box.height / 2).toBeLessThanOrEqual(layout.bottom);
    }
    expect(layout.bottom).toBeLessThan(height);
  });

  test("draws no box over another", () => {
    const all = boxes(layout);
    for (const [k, a] of all.entries())
      for (const b of all.slice(k + 1)) expect([a, b, overlap(a, b)]).toEqual([a, b, false]);
  });

  test("stands in columns from left to right, the loss last", () => {
    const places = [...layout.columns.map(({ x }) => x), layout.loss.x];
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(new Set(places).size).toBe(places.length);
  });

  test("starts and ends each edge on the sides of its units", () => {
    for (const [k, to] of layout.columns.entries()) {
      const from = layout.columns[k - 1];
      if (!from) continue;
      for (const [j, target] of to.units.entries()) {
        for (let i = 0; i < (from.picture ? from.total : from.units.length); i++) {
          const edge = ends(from, to, i, j);
          const source = (from.picture ?? from.units[i]) as Box;
          expect(edge?.from[0]).toBeCloseTo(source.x + source.width / 2, 9);
          expect(Math.abs((edge?.from[1] ?? NaN) - source.y)).toBeLessThanOrEqual(source.height / 2);
          expect(edge?.to[0]).toBeCloseTo(target.x - target.width / 2, 9);
          expect(Math.abs((edge?.to[1] ?? NaN) - target.y)).toBeLessThanOrEqual(target.height / 2);
        }
      }
    }
  });
});

describe("a column", () => {
  const layout = layoutOf(NET, 880, 420);
  const [input, hidden, output] = layout.columns as [Column, Column, Column];

  test("names the node whose weights lead to it and the node whose output it shows", () => {
    expect(layout.columns.map(({ linear, last }) => [linear, last])).toEqual([
      [-1, -1],
      [0, 1],
      [2, 2],
    ]);
  });

  test("draws every unit while there is room", () => {
    expect(layout.columns.map(({ units, total }) => [units.length, total])).toEqual([
      [2, 2],
      [3, 3],
      [1, 1],
    ]);
  });

  test("too tall for the stage draws the first units and keeps count of all", () => {
    const wide = layoutOf(NETS.wide, 880, 420).columns[1];
    expect(wide?.total).toBe(256);
    expect(wide?.units.length).toBeGreaterThan(20);
    expect(wide?.units.length).toBeLessThan(256);
  });

  test("of a picture is one square, whose edges start at the height of their pixels", () => {
    const [picture, next] = layoutOf(NETS["a picture"], 880, 420).columns as [Column, Column];
    const box = picture.picture as Box;
    expect([picture.units, box.width]).toEqual([[], box.height]);
    const rows = Array.from({ length: 64 }, (_, i) => {
      const y = ends(picture, next, i, 0)?.from[1] ?? NaN;
      return Math.floor((8 * (y - box.y + box.height / 2)) / box.height);
    });
    expect(rows).toEqual(Array.from({ length: 64 }, (_, i) => Math.floor(i / 8)));
  });

  test("has no edge to a unit that is not drawn", () => {
    expect(ends(input, hidden, 2, 0)).toBeNull();
    expect(ends(input, hidden, 0, 3)).toBeNull();
  });

  test("fans its edges out, in the order of the units they come from", () => {
    const heads = [0, 1, 2].map((i) => ends(hidden, output, i, 0)?.to[1] ?? NaN);
    expect(new Set(heads).size).toBe(3);
    expect(heads).toEqual(heads.toSorted((a, b) => a - b));
  });
});

test("a low stage gives the room of the meters to the units", () => {
  const [low, roomy] = [180, 420].map((height) => layoutOf(NET, 880, height)) as [StageLayout, StageLayout];
  expect([low.meters, roomy.meters]).toEqual([false, true]);
  expect(180 - low.bottom).toBeLessThan(420 - roomy.bottom);
});

describe("the unit under a point", () => {
  const layout = layoutOf(NETS.wide, 880, 420);

  test("is the one drawn there", () => {
    for (const column of layout.columns)
      for (const [row, { x, y }] of column.units.entries())
        expect(unitAt(layout, x, y)).toEqual({ column, row });
  });

  test("is none between columns", () => {
    const [a, b] = layout.columns as [Column, Column];
    expect(unitAt(layout, (a.x + b.x) / 2, 200)).toBeNull();
  });
});
