import { describe, expect, test } from "vitest";

import { NET, network } from "../fixtures";
import { step, unitSelection, weightSelection, type Focus } from "./focus";
import { layoutOf } from "./layout";

const layout = layoutOf(NET, 880, 420);

function walk(from: Focus, ...keys: string[]): Focus {
  return keys.reduce((at, key) => step(layout, at, `Arrow${key}`), from);
}

describe("an arrow", () => {
  test("up and down goes along the column and stops at its ends", () => {
    expect(walk({ column: 1, row: 0 }, "Down")).toEqual({ column: 1, row: 1 });
    expect(walk({ column: 1, row: 0 }, "Down", "Down", "Down", "Down")).toEqual({ column: 1, row: 2 });
    expect(walk({ column: 1, row: 1 }, "Up", "Up")).toEqual({ column: 1, row: 0 });
  });

  test("right and left goes to the unit nearest in height", () => {
    expect(walk({ column: 1, row: 0 }, "Right")).toEqual({ column: 2, row: 0 });
    expect(walk({ column: 2, row: 0 }, "Left")).toEqual({ column: 1, row: 1 });
    expect(walk({ column: 1, row: 2 }, "Left")).toEqual({ column: 0, row: 1 });
  });

  test("off either end stays where it is", () => {
    expect(walk({ column: 0, row: 1 }, "Left")).toEqual({ column: 0, row: 1 });
    expect(walk({ column: 2, row: 0 }, "Right")).toEqual({ column: 2, row: 0 });
  });

  test("does not enter a picture, which has no units", () => {
    const picture = layoutOf(network(64, [8, 3], { picture: [8, 8] }), 880, 420);
    expect(step(picture, { column: 1, row: 3 }, "ArrowLeft")).toEqual({ column: 1, row: 3 });
  });
});

describe("what the keys select", () => {
  test("is the unit, by the node whose output it shows", () => {
    expect(unitSelection(layout, { column: 1, row: 2 })).toEqual({ kind: "unit", node: 1, row: 2 });
    expect(unitSelection(layout, { column: 2, row: 0 })).toEqual({ kind: "unit", node: 2, row: 0 });
  });

  test("is nothing at the input", () => {
    expect(unitSelection(layout, { column: 0, row: 0 })).toBeNull();
    expect(weightSelection(NET, layout, { column: 0, row: 0 }, 0)).toBeNull();
    expect(unitSelection(layout, { column: 9, row: 0 })).toBeNull();
  });

  test("inside a unit is one of its weights, around and around", () => {
    const columns = [-1, 0, 1, 2, 3].map((weight) =>
      weightSelection(NET, layout, { column: 2, row: 0 }, weight),
    );
    expect(columns).toEqual([2, 0, 1, 2, 0].map((column) => ({ kind: "weight", node: 2, row: 0, column })));
  });

  test("reaches every weight of a picture", () => {
    const net = network(64, [8, 3], { picture: [8, 8] });
    const place = layoutOf(net, 880, 420);
    expect(weightSelection(net, place, { column: 1, row: 0 }, 63)).toMatchObject({ node: 0, column: 63 });
    expect(weightSelection(net, place, { column: 1, row: 0 }, 64)).toMatchObject({ node: 0, column: 0 });
  });
});
