import { beforeEach, describe, expect, test } from "vitest";

import { frameOf, NET, NUMBERS } from "../fixtures";
import { History } from "./history";

let history: History;
beforeEach(() => {
  history = new History(NET);
});

/** A frame of a step whose batch loss is 1 / step, the only one done. */
function add(step: number, losses: readonly number[] = [1 / step]): void {
  const scalars = [losses.at(-1) ?? NaN, 2 / step, 0.5, 0.03, 1];
  history.add(frameOf({ step, losses, numbers: { scalars } }));
}

const steps = () => history.records.map(({ step }) => step);

describe("records", () => {
  test("stand in the order of their steps, however they came", () => {
    for (const step of [5, 1, 9, 3, 7]) add(step);
    expect(steps()).toEqual([1, 3, 5, 7, 9]);
  });

  test("of a step seen again replace the old one", () => {
    for (const step of [1, 2, 3]) add(step);
    history.add(frameOf({ step: 2, numbers: { scalars: [0.25, 0.125, 1, 0.03, 1] } }));
    expect(steps()).toEqual([1, 2, 3]);
    expect(history.records[1]).toMatchObject({ loss: 0.25, testLoss: 0.125, accuracy: 1 });
  });

  test("hold the norms of the weights alone, and by what share each was moved", () => {
    add(1);
    expect(history.weights).toEqual([0, 2]);
    const [record] = history.records;
    const norms = NUMBERS["norms"]?.map(Math.fround) as number[];
    expect([...(record?.norms ?? [])]).toEqual([norms[4], norms[6]]);
    expect([...(record?.ratios ?? [])]).toEqual([(norms[8] as number) / 2, norms[10]]);
  });

  test("are found at or after a step", () => {
    for (const step of [2, 4, 6]) add(step);
    expect([1, 2, 3, 6, 7].map((step) => history.place(step))).toEqual([0, 0, 1, 2, 3]);
  });
});

describe("losses", () => {
  test("stand under the number of the step that made them", () => {
    add(4, [0.5, 0.25, 0.125]);
    expect([...history.losses.subarray(1, 6)]).toEqual([NaN, 0.5, 0.25, 0.125, NaN]);
  });

  test("outgrow their place without being lost", () => {
    add(1);
    const step = history.losses.length;
    add(step, [0.5, 0.25]);
    expect([history.losses[1], history.losses[step - 1], history.losses[step]]).toEqual([1, 0.5, 0.25]);
    expect(history.losses[step + 1]).toBeNaN();
  });
});

describe("going back", () => {
  test("forgets nothing", () => {
    for (const step of [1, 2, 3, 1]) add(step);
    expect([steps(), history.furthest]).toEqual([[1, 2, 3], 3]);
  });

  test("and making an edit forgets what came after it", () => {
    for (const step of [1, 2, 3, 4]) add(step);
    history.forgetAfter(2);
    expect([steps(), history.furthest]).toEqual([[1, 2], 2]);
    expect([...history.losses.subarray(1, 5)]).toEqual([1, 0.5, NaN, NaN]);
  });

  test("an edit at the furthest step forgets nothing", () => {
    for (const step of [1, 2]) add(step);
    history.forgetAfter(2);
    expect([steps(), history.furthest]).toEqual([[1, 2], 2]);
  });
});
