import { describe, expect, test } from "vitest";

import { AT, frameOf, NET, NUMBERS } from "../fixtures";
import { layoutOf } from "./layout";
import { sceneAt, type Bundle, type Scene, type Shows } from "./scene";

const layout = layoutOf(NET, 880, 420);
const frame = frameOf();

function scene(position: number, shows: Shows = "example"): Scene {
  return sceneAt(NET, layout, frame, position, shows);
}

/** Both bundles in short, with a star where the pass is. */
function states(position: number): string[] {
  return scene(position).bundles.map(({ state, active }) => `${state}${active ? " *" : ""}`);
}

describe("the edges", () => {
  test.each([
    ["at the start", AT.linear1, ["waiting *", "waiting"]],
    ["while the first layer computes", AT.linear1 + 0.5, ["forward *", "waiting"]],
    ["while its activation does", AT.tanh + 0.5, ["forward", "waiting"]],
    ["while the second layer computes", AT.linear2 + 0.25, ["forward", "forward *"]],
    ["at the loss", AT.loss + 0.5, ["forward", "forward"]],
    ["when backward begins", AT.backLoss, ["waiting", "waiting"]],
    ["while gradients leave the output", AT.backLinear2 + 0.75, ["waiting", "backward *"]],
    ["while the error passes the activation", AT.backTanh + 0.5, ["waiting", "backward"]],
    ["while gradients reach the first weights", AT.backLinear1 + 0.5, ["backward *", "backward"]],
    ["during the update", AT.update + 0.5, ["update", "update"]],
    ["at the end", AT.end, ["backward", "backward"]],
  ])("%s", (_, position, expected) => {
    expect(states(position)).toEqual(expected);
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

  test("that the frame does not carry is NaN", () => {
    const bare = { ...NET, parameters: NET.parameters.map((p) => ({ ...p, offset: -1 })) };
    const [bundle] = sceneAt(bare, layout, frame, 0.5, "example").bundles;
    expect(bundle?.value(0, 0)).toBeNaN();
  });
});

describe("what is known", () => {
  test("of values: a column's, once its last node is done", () => {
    expect([0, 1, 1.99, 2, 3].map((at) => scene(at).values)).toEqual([
      [true, false, false],
      [true, false, false],
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ]);
  });

  test("of errors: ∂L/∂z of a column, once the node after its weights has passed it back", () => {
    expect([4.99, 5, 6.99, 7, 9].map((at) => scene(at).errors)).toEqual([
      [false, false, false],
      [false, false, true],
      [false, false, true],
      [false, true, true],
      [false, true, true],
    ]);
  });

  test("of the loss: its value when it is computed, its error when backward begins", () => {
    expect([3.99, 4, 4.01].map((at) => [scene(at).lossKnown, scene(at).lossError])).toEqual([
      [false, false],
      [true, false],
      [true, true],
    ]);
  });
});

describe("the front", () => {
  const places = (from: number, to: number) =>
    Array.from({ length: 400 }, (_, k) => scene(from + ((to - from) * k) / 400).front);

  test("never turns back going forward, from the input to the loss", () => {
    const xs = places(0, AT.backLoss).map((front) => front?.x ?? NaN);
    expect(xs).toEqual(xs.toSorted((a, b) => a - b));
    expect(xs[0]).toBeLessThan(layout.columns[1]?.x ?? 0);
    expect(xs.at(-1)).toBeGreaterThan(layout.columns[2]?.x ?? Infinity);
  });

  test("never turns back coming back, from the loss to the input", () => {
    const xs = places(AT.backLoss, AT.update).map((front) => front?.x ?? NaN);
    expect(xs).toEqual(xs.toSorted((a, b) => b - a));
    expect(xs[0]).toBeGreaterThan(layout.columns[2]?.x ?? Infinity);
    expect(xs.at(-1)).toBeLessThan(layout.columns[1]?.x ?? 0);
  });

  test("says which way it goes", () => {
    expect(new Set(places(0, AT.backLoss).map((front) => front?.direction))).toEqual(new Set([1]));
    expect(new Set(places(AT.backLoss, AT.update).map((front) => front?.direction))).toEqual(new Set([-1]));
  });

  test("stands between the columns whose edges it lights", () => {
    const [, hidden, output] = layout.columns;
    const x = scene(AT.backLinear2 + 0.5).front?.x ?? NaN;
    expect(x).toBeGreaterThan(hidden?.x ?? NaN);
    expect(x).toBeLessThan(output?.x ?? NaN);
  });

  test("is gone during the update and when the step is over", () => {
    expect([scene(8.5).front, scene(AT.end).front]).toEqual([null, null]);
  });
});
