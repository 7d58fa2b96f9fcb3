import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { EXPERIMENT, NET } from "../fixtures";
import type { Seek } from "../wire/messages";
import { openPage, settled, type Page } from "./page.fixture";

let page: Page;
beforeEach(async () => {
  page = await openPage();
  page.build();
  await settled();
});
afterEach(() => vi.unstubAllGlobals());

const destination = () => page.journey.destination.value;
const sought = () => page.socket.asked("seek").map(({ step }) => step);

describe("a step further than one request goes", () => {
  test("is asked for until an answer stands at it, and is told meanwhile", async () => {
    const there = page.run.seek(500);
    expect(destination()).toBeNull();
    await page.reach(200);
    await page.reach(400);
    expect([sought(), destination()]).toEqual([[500, 500, 500], 500]);
    await page.reach(500);
    expect([sought().length, destination(), page.run.frame.value?.step]).toEqual([3, null, 500]);
    expect(await there).toMatchObject({ kind: "frame", frame: { step: 500 } });
  });

  test("is reached from a link, which is opened as far as that goes", async () => {
    const opened = page.run.openAt({ ...EXPERIMENT, batch: 8 }, [], 439);
    page.build(NET, page.opened, 197);
    await settled();
    expect([page.opened.step, sought(), destination()]).toEqual([439, [439], 439]);
    await page.reach(439);
    expect([await opened, destination(), page.steps]).toEqual([true, null, [197, 439]]);
  });

  test("is gone to again when the line was lost on the way, from wherever the new one begins", async () => {
    void page.run.seek(500);
    await page.reach(200);
    page.comeBack();
    await settled();
    expect(page.opened.step).toBe(500);
    page.build(NET, page.opened, 100);
    await settled();
    page.comeBack();
    await settled();
    expect(page.opened.step).toBe(500);
    page.build(NET, page.opened, 100);
    await settled();
    await page.reach(500);
    expect([destination(), page.run.frame.value?.step]).toEqual([null, 500]);
  });

  test("is given up for another one, and for another experiment", async () => {
    void page.run.seek(500);
    await page.reach(200);
    void page.run.seek(3);
    await page.reach(3);
    await settled();
    expect([sought(), destination()]).toEqual([[500, 500, 3], null]);
    void page.run.seek(500);
    page.experiment.change({ ...EXPERIMENT, batch: 8 });
    await page.reach(200);
    page.build();
    await settled();
    expect([sought().length, destination(), page.run.frame.value?.step]).toEqual([4, null, 1]);
  });

  test("is given up where one stops, and the run stays where it has come to", async () => {
    void page.run.seek(500);
    await page.reach(200);
    page.journey.stopTravelling();
    await page.reach(400);
    expect([sought().length, destination(), page.run.frame.value?.step]).toEqual([2, null, 400]);
  });

  test("is given up for one that was asked for while the run was being opened again", async () => {
    void page.run.seek(500);
    await page.reach(200);
    page.comeBack();
    void page.run.seek(1); // of the generation that ran on the line before
    const early = page.socket.asked("seek").at(-1) as Seek;
    page.build(NET, page.opened, 100);
    page.refuse("stale", early);
    await settled();
    expect(page.socket.asked("seek").at(-1)).toMatchObject({ step: 1, generation: page.opened.generation });
    await page.reach(1);
    expect([destination(), page.run.frame.value?.step]).toEqual([null, 1]);
  });

  test("is not sought in another experiment that was chosen meanwhile", async () => {
    page.experiment.change({ ...EXPERIMENT, batch: 8 });
    void page.run.seek(40);
    const early = page.socket.asked("seek").at(-1) as Seek;
    page.build();
    page.refuse("stale", early);
    await settled();
    expect(sought()).toEqual([40]);
  });

  test("is not gone to on where the service refuses it", async () => {
    void page.run.seek(500);
    await page.reach(200);
    page.refuse("message", page.socket.asked("seek").at(-1) as Seek);
    await settled();
    expect([sought().length, destination()]).toEqual([2, null]);
  });
});
