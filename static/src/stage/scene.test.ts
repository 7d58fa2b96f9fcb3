import { describe, expect, test } from "vitest";

import { AT, frameOf, NET, NUMBERS } from "../fixtures";
import { layoutOf } from "./layout";
import { sceneAt, type Bundle, type Scene, type Shows } from "./scene";

const layout = layoutOf(NET, 880, 420);
const frame = frameOf();

function scene(position: number, shows: Shows = "example", live = false): Scene {
  return sceneAt(NET, layout, frame, position, shows, live);
}

/** Both bundles in short, with a star where the pass is. */
function states(position: number, live = false): string[] {
  return scene(position, "example", live).bundles.map(({ state, active }) => `${state}${active ? " *" : ""}`);
}

describe("the edges", () => {
  test.each([
    ["at the start", AT.linear1, ["waiting *", "waiting"]],
    ["while the first layer computes", AT.linear1 + 0.5, ["forward *", "waiting"]],
    ["when it has just computed", AT.tanh, ["forward *", "waiting"]],
    ["while its activation does", AT.tanh + 0.5, ["forward", "waiting"]],
    ["while the second layer computes", AT.linear2 + 0.25, ["forward", "forward *"]],
    ["at the loss", AT.loss + 0.5, ["forward", "forward"]],
    ["when the loss has just been computed", AT.backLoss, ["forward", "forward"]],
    ["when backward begins", AT.backLoss + 0.01, ["waiting", "waiting"]],
    ["while gradients leave the output", AT.backLinear2 + 0.75, ["waiting", "backward *"]],
    ["while the error passes the activation", AT.backTanh + 0.5, ["waiting", "backward"]],
    ["while gradients reach the first weights", AT.backLinear1 + 0.5, ["backward *", "backward"]],
    ["during the update", AT.update + 0.5, ["update", "update"]],
    ["when backward is over", AT.update, ["backward *", "backward"]],
    ["at the end", AT.end, ["update", "update"]],
  ])("%s", (_, position, expected) => {
    expect(states(position)).toEqual(expected);
  });

  test("keep their gradients at the end of a step too fast to follow", () => {
    expect(states(AT.end, true)).toEqual(["backward", "backward"]);
    const gradient = scene(AT.end, "batch", true).bundles[1]?.value(2, 0);
    expect(gradient).toBe(Math.fround(NUMBERS["gradient"]?.[11] as number));
  });
});

describe("a number on an edge", () => {
  const [before, gradient, update, input, a] = ["before", "gradient", "update", "input", "value:1"].map(
    (name) => NUMBERS[name] as number[],
  ) as [number[], number[], number[], number[], number[]];
  const at = (position: number, shows: Shows, bundle: 0 | 1, i: number, j: number) =>
    (scene(position, shows).bundles[bundle] as Bundle).value(i, j);

  test("going forward is the weight times the value it weighs, of the whole batch the weight alone", () => {
    expect(at(0.5, "example", 0, 1, 2)).toBeCloseTo((before[5] as number) * (input[1] as number), 6);
    expect(at(0.5, "batch", 0, 1, 2)).toBeCloseTo(before[5] as number, 6);
    expect(at(2.5, "example", 1, 1, 0)).toBeCloseTo((before[10] as number) * (a[1] as number), 6);
  });

  test("coming back is δ · a for one example and the gradient for the batch", () => {
    expect(at(7.5, "example", 0, 1, 2)).toBeCloseTo(0.4 * -2, 6);
    expect(at(7.5, "batch", 0, 1, 2)).toBeCloseTo(gradient[5] as number, 6);
    expect(at(5.5, "example", 1, 1, 0)).toBeCloseTo(-0.5 * -0.716, 6);
    expect(at(5.5, "batch", 1, 1, 0)).toBeCloseTo(gradient[10] as number, 6);
  });

  test("of the update is what the optimizer added, whatever is shown", () => {
    for (const shows of ["example", "batch"] as const) {
      expect(at(8.5, shows, 0, 0, 1)).toBeCloseTo(update[1] as number, 6);
      expect(at(8.5, shows, 1, 2, 0)).toBeCloseTo(update[11] as number, 6);
    }
  });

  describe("of a layer too large to be sent", () => {
    const bare = { ...NET, parameters: NET.parameters.map((p) => ({ ...p, offset: -1 })) };
    const unsent = (position: number, shows: Shows) =>
      sceneAt(bare, layout, frame, position, shows).bundles[0]?.value(1, 2);

    test("is none, neither NaN nor 0", () => {
      for (const shows of ["example", "batch"] as const)
        for (const position of [0.5, 8.5, AT.end]) expect(unsent(position, shows)).toBeNull();
      expect(unsent(7.5, "batch")).toBeNull();
    });

    test("is still δ · a where one example's gradient is shown, for those two numbers are there", () => {
      expect(unsent(7.5, "example")).toBeCloseTo(0.4 * -2, 6);
    });
  });
});

describe("what is known", () => {
  test("of values: a column's, once its last node's front has arrived", () => {
    expect([0, 1, 1.69, 1.71, 2, 2.69, 2.71].map((at) => scene(at).values)).toEqual([
      [true, false, false],
      [true, false, false],
      [true, false, false],
      [true, true, false],
      [true, true, false],
      [true, true, false],
      [true, true, true],
    ]);
  });

  test("of errors: ∂L/∂z of a column, once the node after its weights has passed it back", () => {
    expect([4.69, 4.71, 6.69, 6.71, 9].map((at) => scene(at).errors)).toEqual([
      [false, false, false],
      [false, false, true],
      [false, false, true],
      [false, true, true],
      [false, true, true],
    ]);
  });

  test("of the loss: its value when it is computed, its error when backward begins", () => {
    expect([3.69, 3.71, 4, 4.01].map((at) => [scene(at).lossKnown, scene(at).lossError])).toEqual([
      [false, false],
      [true, false],
      [true, false],
      [true, true],
    ]);
  });
});

describe("the front", () => {
  /** Where it is seen, over some visits. */
  const places = (from: number, to: number) =>
    Array.from({ length: 400 }, (_, k) => scene(from + ((to - from) * k) / 400).front).flatMap((front) =>
      front ? [front] : [],
    );

  test("never turns back going forward, from the input to the loss", () => {
    const xs = places(0, AT.backLoss).map(({ x }) => x);
    expect(xs.length).toBeGreaterThan(250);
    expect(xs).toEqual(xs.toSorted((a, b) => a - b));
    expect(xs[0]).toBeLessThan(layout.columns[1]?.x ?? 0);
    expect(xs.at(-1)).toBeGreaterThan(layout.columns[2]?.x ?? Infinity);
  });

  test("never turns back coming back, from the loss to the input", () => {
    const xs = places(AT.backLoss, AT.update).map(({ x }) => x);
    expect(xs.length).toBeGreaterThan(250);
    expect(xs).toEqual(xs.toSorted((a, b) => b - a));
    expect(xs[0]).toBeGreaterThan(layout.columns[2]?.x ?? Infinity);
    expect(xs.at(-1)).toBeLessThan(layout.columns[1]?.x ?? 0);
  });

  test("says which way it goes", () => {
    expect(new Set(places(0, AT.backLoss).map(({ direction }) => direction))).toEqual(new Set([1]));
    expect(new Set(places(AT.backLoss, AT.update).map(({ direction }) => direction))).toEqual(new Set([-1]));
  });

  test("stands between the columns whose edges it lights", () => {
    const [, hidden, output] = layout.columns;
    const x = scene(AT.backLinear2 + 0.5).front?.x ?? NaN;
    expect(x).toBeGreaterThan(hidden?.x ?? NaN);
    expect(x).toBeLessThan(output?.x ?? NaN);
  });

  test("has arrived after 70 % of a visit, and is gone while its numbers can be read", () => {
    const [, hidden] = layout.columns;
    const left = (hidden?.x ?? NaN) - (hidden?.units[0]?.width ?? NaN) / 2;
    expect(Math.abs((scene(0.699).front?.x ?? NaN) - left)).toBeLessThan(1);
    expect([0.71, 0.9, 1].map((at) => scene(at).front)).toEqual([null, null, null]);
    expect([0.5, 0.71, 0.9, 1].map((at) => scene(at).visit)).toEqual(new Array(4).fill(NET.visits[0]));
  });

  test("is gone during the update and when the step is over", () => {
    expect([scene(8.5).front, scene(AT.end).front]).toEqual([null, null]);
  });
});
