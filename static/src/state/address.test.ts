import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { EXPERIMENT, NET } from "../fixtures";
import { toFragment } from "./link";
import { openPage, settled, type Page } from "./page.fixture";

let page: Page;
let address: typeof import("./address");
let moment: typeof import("./moment");

beforeEach(async () => {
  history.replaceState(null, "", "/lab?lang=en");
  page = await openPage();
  [address, moment] = await Promise.all([import("./address"), import("./moment")]);
  page.build();
  await settled();
  address.watchAddress();
});
afterEach(() => vi.unstubAllGlobals());

const LINK = toFragment({ experiment: { ...EXPERIMENT, batch: 8 }, edits: [], step: 17, position: 4.5 });

function paste(fragment: string): void {
  history.replaceState(null, "", fragment);
  window.dispatchEvent(new Event("hashchange"));
}

describe("a link to a moment, pasted into an open page", () => {
  test("opens that moment and stands there", async () => {
    moment.playing.value = true;
    paste(LINK);
    expect(page.opened).toMatchObject({ experiment: { batch: 8 }, step: 17 });
    page.build();
    await settled();
    expect([moment.position.value, moment.playing.value, page.experiment.experiment.value?.batch]).toEqual([4.5, false, 8]);
  });

  test("can be taken back to the experiment that was there", async () => {
    paste(LINK);
    page.build();
    await settled();
    page.edit.undo();
    expect([page.experiment.experiment.value?.batch, location.hash]).toEqual([EXPERIMENT.batch, ""]);
  });

  test("that is damaged is said to be, and changes nothing", async () => {
    moment.playing.value = true;
    paste("#m=damaged");
    await settled();
    expect([address.linkBroken.value, page.socket.asked("open").length, moment.playing.value]).toEqual([true, 1, true]);
  });

  test("a place on the page is no moment", async () => {
    paste("#stage");
    await settled();
    expect([address.linkBroken.value, page.socket.asked("open").length]).toEqual([false, 1]);
  });
});

describe("a moment in the address", () => {
  test("stays while the service fills its experiment in", async () => {
    paste(LINK);
    page.build(NET, { ...page.opened, experiment: { ...EXPERIMENT, batch: 8, name: "filled in" } });
    await settled();
    expect(location.hash).toBe(LINK);
  });

  test("goes when another experiment is chosen, and nothing else of the address does", async () => {
    paste(LINK);
    page.build();
    await settled();
    page.experiment.change({ ...EXPERIMENT, batch: 16 });
    expect([location.pathname, location.search, location.hash]).toEqual(["/lab", "?lang=en", ""]);
  });

  test("that was copied since stays until the next change", () => {
    page.experiment.change({ ...EXPERIMENT, batch: 16 });
    history.replaceState(null, "", LINK);
    page.build();
    expect(location.hash).toBe(LINK);
    page.experiment.change(EXPERIMENT);
    expect(location.hash).toBe("");
  });
});
