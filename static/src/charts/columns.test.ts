import { expect, test } from "vitest";
import { History } from "../state/history";
import { Frame } from "../wire/frame";
import type { Graph } from "../wire/messages";
import { byLayer, losses, lossRows, positive, sampled } from "./columns";

const GRAPH = {
  nodes: [{ kind: "Linear" }, { kind: "Linear" }],
  parameters: [
    { name: "0.weight", node: 0 },
    { name: "0.bias", node: 0 },
    { name: "2.weight", node: 1 },
  ],
} as Graph;
// scalars, then norms: before, gradient, update of each of the three parameters
const LAYOUT = {
  layout: 0,
  whole: true,
  sections: [
    { name: "scalars", offset: 0, length: 5 },
    { name: "norms", offset: 5, length: 9 },
  ],
};

function seen(
  step: number,
  batch: readonly number[],
  test: number,
  gradients: readonly number[] = [1, 9, 0],
): Frame {
  const numbers = [batch.at(-1) ?? NaN, test, 0.5, 0.1, 0, 2, 1, 4, ...gradients, 0.2, 0.1, 0.02, ...batch];
  const bytes = new ArrayBuffer(40 + 4 * numbers.length);
  new Float32Array(bytes, 40).set(numbers);
  const count = batch.length;
  return new Frame(
    {
      form: 1,
      id: 1,
      generation: 1,
      layout: 0,
      step,
      epoch: 1,
      count,
      extra: 0,
      faultNode: -1,
      faultPhase: "forward",
    },
    bytes,
    LAYOUT,
  );
}

function story(...frames: readonly Frame[]): History {
  const history = new History(GRAPH);
  for (const frame of frames) history.add(frame);
  return history;
}

test("every step has its batch loss, and the test loss stands where it was measured", () => {
  const { steps, columns } = losses(story(seen(1, [0.75], 0.5), seen(3, [0.5, 0.25], 0.125)));
  expect(steps).toEqual([1, 2, 3]);
  expect(columns).toEqual([
    [0.75, 0.5, 0.25],
    [0.5, null, 0.125],
  ]);
});

test("a loss that is not finite leaves a gap", () => {
  expect(losses(story(seen(1, [NaN], Infinity))).columns).toEqual([[null], [null]]);
});

test("the table has the steps that were seen, with accuracy", () => {
  expect(lossRows(story(seen(1, [0.75], 0.5), seen(3, [0.5, 0.25], 0.125)))).toEqual({
    steps: [1, 3],
    columns: [
      [0.75, 0.25],
      [0.5, 0.125],
      [0.5, 0.5],
    ],
  });
});

test("there is one column a layer, of its weight and not of its bias", () => {
  expect(byLayer(story(seen(2, [1], 1)), "norms")).toEqual({ steps: [2], columns: [[1], [0]] });
  expect(byLayer(story(seen(2, [1], 1)), "ratios").columns.map(([ratio]) => ratio?.toFixed(4))).toEqual([
    "0.1000",
    "0.0050",
  ]);
});

test("a log axis gets no zero and nothing negative", () => {
  expect(positive({ steps: [1, 2, 3], columns: [[1e-9, 0, -1]] }).columns).toEqual([[1e-9, null, null]]);
});

test("a long table is thinned out evenly and keeps its last row", () => {
  expect(sampled(3, 5)).toEqual([0, 1, 2]);
  expect(sampled(100, 4)).toEqual([24, 49, 74, 99]);
});
