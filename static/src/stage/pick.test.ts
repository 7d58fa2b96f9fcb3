import { describe, expect, test } from "vitest";

import { NET, network } from "../fixtures";
import { curve, pointAt } from "../paint/bezier";
import { ends, layoutOf, type Column } from "./layout";
import { pick } from "./pick";

const layout = layoutOf(NET, 880, 420);
const [input, hidden, output] = layout.columns as [Column, Column, Column];
const picked = (x: number, y: number) => pick(NET, layout, x, y);

/** A point on an edge, a share of its way along. */
function on(from: Column, to: Column, i: number, j: number, share: number): [number, number] {
  const place = ends(from, to, i, j);
  if (!place) throw new Error("expected an edge");
  const [x1, y1] = place.from;
  const [x2, y2] = place.to;
  const { x, y } = pointAt(curve({ x: x1, y: y1 }, { x: x2, y: y2 }), share);
  return [x, y];
}

describe("a click on", () => {
  test("a unit picks that unit", () => {
    const found = hidden.units.map(({ x, y }) => picked(x, y));
    expect(found).toEqual([0, 1, 2].map((row) => ({ kind: "unit", node: 1, row })));
  });

  test("an input picks that input", () => {
    expect(picked(input.units[1]?.x ?? 0, input.units[1]?.y ?? 0)).toEqual({ kind: "unit", node: -1, row: 1 });
  });

  test("an edge picks its weight", () => {
    for (const [i] of input.units.entries())
      for (const [j] of hidden.units.entries())
        expect(picked(...on(input, hidden, i, j, 0.25))).toEqual({
          kind: "weight",
          node: 0,
          row: j,
          column: i,
        });
    for (const [i] of hidden.units.entries())
      expect(picked(...on(hidden, output, i, 0, 0.4))).toEqual({
        kind: "weight",
        node: 2,
        row: 0,
        column: i,
      });
  });

  test("a place near an edge picks it, further away nothing", () => {
    const [x, y] = on(hidden, output, 0, 0, 0.25);
    expect(picked(x, y - 5)).toMatchObject({ kind: "weight", node: 2, column: 0 });
    expect(picked(x, y - 30)).toBeNull();
  });

  test("the loss picks the loss", () => {
    expect(picked(layout.loss.x + 10, layout.loss.y)).toEqual({ kind: "layer", node: 3 });
  });

  test("a heading picks the layer under it, on either side of its middle", () => {
    for (const side of [-12, 12]) {
      expect(picked(hidden.x + side, 15)).toEqual({ kind: "layer", node: 0 });
      expect(picked(output.x + side, 15)).toEqual({ kind: "layer", node: 2 });
      expect(picked(layout.loss.x + side, 15)).toEqual({ kind: "layer", node: 3 });
      expect(picked(input.x + side, 15)).toEqual({ kind: "layer", node: -1 });
    }
  });

  test("a line from a picture picks the weight of that pixel", () => {
    const net = network(64, [3], { picture: [8, 8] });
    const place = layoutOf(net, 880, 420);
    const [picture, next] = place.columns as [Column, Column];
    const found = pick(net, place, ...on(picture, next, 37, 2, 0.5));
    expect(found).toEqual({ kind: "weight", node: 0, row: 2, column: 37 });
  });
});
