import { expect, test } from "vitest";

import { drawFront } from "./front";
import { Recording } from "./recording";
import { DARK } from "./themes";

function front(direction: "forward" | "backward"): Recording {
  const recording = new Recording();
  const before = recording.state;
  drawFront(recording.context, { x: 300, top: 40, bottom: 400, direction, palette: DARK });
  expect(recording.state).toEqual(before);
  return recording;
}

test("the front is one line of light from top to bottom", () => {
  expect(front("forward").strokes).toMatchObject([
    {
      style: DARK.light,
      width: 1,
      dash: [],
      points: [
        [300, 40],
        [300, 400],
      ],
    },
  ]);
});

test("the wash lies over what the front has just touched", () => {
  expect(front("backward").fills[0]?.points).toEqual([
    [300, 40],
    [420, 400],
  ]);
  expect(front("forward").fills[0]?.points).toEqual([
    [180, 40],
    [300, 400],
  ]);
});

test("the pointer on top points the way the pass goes", () => {
  const [tip = [0], side = [0]] = front("backward").fills[1]?.points ?? [];
  expect(tip[0]).toBeLessThan(side[0]);
  const [other = [0], back = [0]] = front("forward").fills[1]?.points ?? [];
  expect(other[0]).toBeGreaterThan(back[0]);
});
