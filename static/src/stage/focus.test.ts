import { describe, expect, test } from "vitest";

import { NET, network } from "../fixtures";
import type { Selection } from "../state/selection";
import { placeOf, pressed, step, unitSelection, weightSelection, type Focus } from "./focus";
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

  test("is an input, which has no weights", () => {
    expect(unitSelection(layout, { column: 0, row: 0 })).toEqual({ kind: "unit", node: -1, row: 0 });
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

describe("after a click", () => {
  const deep = network(2, [8, 8, 8, 1]);
  const place = layoutOf(deep, 880, 420);
  const unit = (layer: number, row: number): Selection => ({ kind: "unit", node: layer < 4 ? 2 * layer - 1 : 6, row });
  const weight = (layer: number, row: number, column: number): Selection => ({ kind: "weight", node: 2 * layer - 2, row, column });
  const layer = (node: number): Selection => ({ kind: "layer", node });
  const after = (chosen: Selection, key: string) => pressed(deep, place, placeOf(deep, chosen), chosen, key);

  test.each([
    ["a unit, right", unit(2, 2), "ArrowRight", unit(3, 2)],
    ["a unit, down", unit(2, 2), "ArrowDown", unit(2, 3)],
    ["a unit, into its weights", unit(3, 3), "Enter", weight(3, 3, 0)],
    ["an input, down", { kind: "unit", node: -1, row: 0 } as Selection, "ArrowDown", { kind: "unit", node: -1, row: 1 } as Selection],
    ["a weight, along the weights of its unit", weight(4, 0, 0), "ArrowDown", weight(4, 0, 1)],
    ["a weight, out to its unit", weight(2, 6, 3), "Escape", unit(2, 6)],
    ["a weight, on from its unit", weight(2, 6, 3), "ArrowRight", unit(3, 6)],
    ["a layer, to its first unit", layer(2), "ArrowDown", unit(2, 0)],
    ["a layer, into it", layer(2), "Enter", unit(2, 0)],
    ["a layer, to the middle of the next", layer(2), "ArrowRight", unit(3, 3)],
    ["the loss, back", layer(7), "ArrowLeft", unit(4, 0)],
    ["the loss, on", layer(7), "ArrowRight", layer(7)],
    ["the loss, into it", layer(7), "Enter", layer(7)],
  ])("the keys act on what was clicked: %s", (_, chosen, key, next) => {
    expect(after(chosen, key)).toEqual(next);
  });

  test("a key acts on what the key before it selected, drawn or not", () => {
    const next = pressed(deep, place, placeOf(deep, layer(2)), unit(3, 3), "Enter");
    expect(next).toEqual(weight(3, 3, 0));
  });

  test("Escape lets go of a unit and of a layer, and other keys are none of the stage's", () => {
    for (const chosen of [unit(2, 2), layer(2)]) {
      expect(after(chosen, "Escape")).toBeNull();
      expect(after(chosen, "x")).toBeUndefined();
    }
  });

  test("no unit is marked as the place of a layer", () => {
    expect(placeOf(deep, layer(2))).toEqual({ column: 2, row: -1 });
    expect(placeOf(deep, layer(7))).toEqual({ column: 5, row: -1 });
  });
});
