import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { openPage, settled, type Page } from "./page.fixture";

const EVERY = 500;

let page: Page;
let asked: string[];
let answer: (() => void)[];
let following: import("./following").Following;
let moment: typeof import("./following").moment;

/** Asks for the moment shown; a test answers. */
function ask(): Promise<void> {
  asked.push(moment() ?? "");
  return new Promise((resolve) => answer.push(resolve));
}

async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  page = await openPage();
  const module = await import("./following");
  [moment, following, asked, answer] = [module.moment, new module.Following(EVERY), [], []];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("what is followed", () => {
  test("is asked for at once, and again only when another moment is shown", async () => {
    page.build();
    following.follow(moment, ask);
    await pass(0);
    answer.pop()?.();
    await pass(5 * EVERY);
    expect(asked).toHaveLength(1);
    page.show(2);
    await pass(EVERY);
    expect(asked).toHaveLength(2);
  });

  test("is not asked for before there is a step, nor after it is out of view", async () => {
    const leave = following.follow(moment, ask);
    await pass(EVERY);
    expect(asked).toEqual([]);
    page.build();
    leave();
    await pass(EVERY);
    expect(asked).toEqual([]);
  });

  test("waits for the last answer, and for its time", async () => {
    page.build();
    following.follow(moment, ask);
    await pass(0);
    page.show(2);
    await pass(10 * EVERY);
    expect(asked).toHaveLength(1);
    answer.pop()?.();
    await settled();
    await pass(0);
    expect(asked).toHaveLength(2);
    answer.pop()?.();
    page.show(3);
    page.show(4);
    await pass(EVERY - 1);
    expect(asked).toHaveLength(2);
    await pass(1);
    expect(asked).toHaveLength(3);
    expect(asked[2]).toBe(moment());
  });

  test("waits while two requests are under way", async () => {
    page.build();
    void page.run.advance(1);
    void page.run.advance(1);
    following.follow(moment, ask);
    await pass(EVERY);
    expect(asked).toEqual([]);
    page.socket.reply({ kind: "problems", id: page.socket.asked("advance")[0]?.id, generation: 1, reason: "stale", problems: [] });
    await pass(EVERY);
    expect(asked).toHaveLength(1);
  });

  test("goes on in another place that shows it", async () => {
    page.build();
    following.follow(moment, ask)();
    following.follow(moment, ask);
    await pass(EVERY);
    expect(asked).toHaveLength(1);
  });
});

test("an edit makes another moment of the same step", async () => {
  page.build();
  const before = moment();
  void page.run.editRate(0.5);
  expect(moment()).not.toBe(before);
});

describe("statistics", () => {
  /** Answer the newest request. */
  const reply = (): void => {
    const { id = 0, generation = 0 } = page.socket.asked("summarize").at(-1) ?? {};
    page.socket.reply({ kind: "statistics", id, generation, step: 1, parameters: [], nodes: [] });
  };

  test("are asked of the run that is shown, and those of another are not shown", () => {
    page.build();
    void page.run.askStatistics();
    const [request] = page.socket.asked("summarize");
    expect(request?.generation).toBe(page.opened.generation);
    reply();
    expect(page.run.statistics.value?.step).toBe(1);
    void page.run.askStatistics();
    page.experiment.change({ ...page.opened.experiment, batch: 8 });
    page.build();
    expect(page.run.statistics.value).toBeNull();
    reply();
    expect(page.run.statistics.value).toBeNull();
  });
});
