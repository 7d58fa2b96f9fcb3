import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { EXPERIMENT } from "../fixtures";
import { openPage, settled, type Page } from "./page.fixture";

let page: Page;
beforeEach(async () => {
  page = await openPage();
  page.build();
  await settled();
});
afterEach(() => vi.unstubAllGlobals());

const rate = () => page.experiment.experiment.value?.optimizer.lr;
const opened = () => page.socket.asked("open").length;
const edited = () => page.socket.asked("edit").map(({ edit }) => [edit.step, edit.kind === "learning_rate" ? edit.value : null]);

function set(lr: number): void {
  const now = page.experiment.experiment.value;
  if (now) page.edit.setRate(now, lr);
}

describe("a learning rate", () => {
  test("is changed from the step shown on, in the run as it goes", () => {
    page.show(570);
    set(0.1);
    expect([rate(), edited(), opened()]).toEqual([0.1, [[570, 0.1]], 1]);
  });

  test("is taken back and made again in the run as it goes, which keeps its steps", () => {
    page.show(570);
    set(0.1);
    page.show(899);
    page.edit.undo();
    page.show(950);
    page.edit.redo();
    expect(rate()).toBe(0.1);
    expect(edited()).toEqual([
      [570, 0.1],
      [899, 0.03],
      [950, 0.1],
    ]);
    expect(opened()).toBe(1);
  });

  test("that belongs to another change is taken back with it, by beginning again", () => {
    page.experiment.change({ ...EXPERIMENT, batch: 8, optimizer: { ...EXPERIMENT.optimizer, lr: 0.5 } });
    page.build();
    page.edit.undo();
    expect([rate(), edited(), opened()]).toEqual([0.03, [], 3]);
  });

  test("begins the run again where none goes on that could take it", () => {
    page.experiment.change({ ...EXPERIMENT, batch: 8 });
    set(0.1);
    expect([rate(), edited(), opened()]).toEqual([0.1, [], 3]);
  });
});

test("an experiment that is chosen anew begins again, though it differs in its rate alone", () => {
  page.show(570);
  page.experiment.change({ ...EXPERIMENT, optimizer: { ...EXPERIMENT.optimizer, lr: 0.5 } });
  expect([edited(), opened()]).toEqual([[], 2]);
});

test("with nothing to take back nothing happens", () => {
  page.edit.undo();
  page.edit.redo();
  expect([edited(), opened()]).toEqual([[], 1]);
});
