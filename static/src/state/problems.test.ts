import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { EXPERIMENT, frameBytes, NET } from "../fixtures";
import { openPage, PROBLEMS, type Page } from "./page.fixture";

let page: Page;
beforeEach(async () => {
  page = await openPage();
});
afterEach(() => vi.unstubAllGlobals());

describe("an experiment that has been replaced", () => {
  test("is not shown any more", () => {
    page.build();
    const before = page.opened;
    page.experiment.change({ ...EXPERIMENT, batch: 8 });
    page.build();
    page.socket.reply(frameBytes({ generation: before.generation, step: 99 }));
    page.refuse("fault", before);
    expect([page.run.frame.value?.step, page.run.trouble.value]).toEqual([1, null]);
  });

  test("goes on until the next one is built", () => {
    page.build();
    page.experiment.change({ ...EXPERIMENT, batch: 8 });
    page.show(2);
    expect(page.run.frame.value?.step).toBe(2);
  });
});

describe("a refused experiment", () => {
  test("has its problems told at their fields until one is built", () => {
    page.build();
    page.experiment.change({ ...EXPERIMENT, batch: 0 });
    page.refuse("experiment");
    expect([page.experiment.problemsAt("batch"), page.run.trouble.value]).toEqual([PROBLEMS, null]);
    page.experiment.change(EXPERIMENT);
    page.build();
    expect(page.experiment.problems.value).toEqual([]);
  });

  test("leaves the running one to go on", () => {
    page.build();
    const { generation } = page.opened;
    page.experiment.change({ ...EXPERIMENT, batch: 0 });
    page.refuse("experiment");
    void page.run.advance(1);
    expect(page.socket.asked("advance")).toMatchObject([{ generation }]);
  });

  test("asked for before the last one came leaves that one running, and its own document on the page", () => {
    page.build();
    page.experiment.change({ ...EXPERIMENT, batch: 8 });
    const good = page.opened;
    page.experiment.change({ ...EXPERIMENT, batch: 0 });
    page.build(NET, good);
    page.refuse("experiment");
    void page.run.advance(1);
    expect(page.socket.asked("advance")).toMatchObject([{ generation: good.generation }]);
    expect([page.experiment.experiment.value?.batch, page.experiment.problems.value]).toEqual([0, PROBLEMS]);
  });

  test("that is no longer on the page is not complained about", () => {
    page.build();
    page.experiment.change({ ...EXPERIMENT, batch: 0 });
    const bad = page.opened;
    page.experiment.change({ ...EXPERIMENT, batch: 8 });
    page.refuse("experiment", bad);
    expect(page.experiment.problems.value).toEqual([]);
  });
});

test("a fault is told apart from a bad experiment, and a stale request is neither", () => {
  page.refuse("stale");
  expect(page.run.trouble.value).toBeNull();
  page.experiment.change({ ...page.opened.experiment, batch: 8 });
  page.refuse("fault");
  expect([page.run.trouble.value?.reason, page.experiment.problems.value]).toEqual(["fault", []]);
});
