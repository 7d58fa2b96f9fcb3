import { expect, test } from "vitest";
import type { Responses } from "../wire/frame";
import type { DataFacts } from "../wire/messages";
import { answer, dataPoints, EXTENT, fitted, inputAt, places } from "./surface";

const RESPONSES: Responses = {
  step: 1,
  side: 0,
  surfaceSide: 3,
  scales: new Float32Array(1),
  grids: [],
  surface: Int8Array.from([127, 0, -127, 1, 2, 3, 4, 5, 6]),
  surfaceScale: 2,
};

test("an answer is its share of the scale that was sent along", () => {
  expect([answer(RESPONSES, 0, 0), answer(RESPONSES, 0, 1), answer(RESPONSES, 0, 2)]).toEqual([2, 0, -2]);
});

test("the columns reach from one end of the inputs to the other", () => {
  expect([inputAt(0, 3), inputAt(1, 3), inputAt(2, 3)]).toEqual([-EXTENT, 0, EXTENT]);
  expect(places(48, 3)).toEqual([0, 24, 47]);
});

test("with one input the first row is the fitted curve", () => {
  expect(fitted(RESPONSES)).toEqual([
    [-EXTENT, 2],
    [0, 0],
    [EXTENT, -2],
  ]);
});

test("the training part comes first, and the target is the last number of a point", () => {
  const plane = {
    features: 2,
    train: 1,
    points: [
      [0.1, 0.2, 1],
      [0.3, 0.4, 0],
    ],
  } as unknown as DataFacts;
  expect(dataPoints(plane)).toEqual([
    { x: 0.1, y: 0.2, target: 1, test: false },
    { x: 0.3, y: 0.4, target: 0, test: true },
  ]);
  const line = { features: 1, train: 1, points: [[0.5, -0.25]] } as unknown as DataFacts;
  expect(dataPoints(line)).toEqual([{ x: 0.5, y: -0.25, target: -0.25, test: false }]);
});
