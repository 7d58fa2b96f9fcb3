/** The line goes, in each of its ways, and what is shown is what was shown: same network, step, edits and history. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { EXPERIMENT, frameBytes } from "../fixtures";
import type { Request } from "../wire/messages";
import { FakeSocket } from "../wire/socket.fixture";
import { openPage, settled, type Page } from "./page.fixture";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
let page: Page;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network"))); // what is down is not had by HTTP either
  page = await openPage();
  page.build();
  await settled();
  for (const step of [2, 3, 4]) page.show(step);
  const edited = page.run.editRate(0.5);
  answer();
  await edited;
  page.show(5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Answer the newest request with the frame of a step. */
function answer(step = page.run.frame.value?.step ?? 1): void {
  const { id, generation } = page.socket.sent.at(-1) as Request;
  page.socket.reply(frameBytes({ id, generation, step }));
}

/** For so long no line opens, and every try ends as `fails` says; then the next one does. */
async function downFor(milliseconds: number, fails: (socket: FakeSocket) => void): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 100) {
    if (page.socket.readyState === 0) fails(page.socket);
    await vi.advanceTimersByTimeAsync(100);
  }
  while (page.socket.readyState !== 0) await vi.advanceTimersByTimeAsync(100);
  page.socket.open();
}

const shown = () => [page.run.frame.value?.step, page.steps, page.run.edits.value, page.run.graph.value?.nodes.length];
const refused = (socket: FakeSocket): void => socket.close();
const swallowed = (): void => {};

describe.each([
  ["five seconds", 5 * SECOND],
  ["a minute", MINUTE],
  ["nine minutes", 9 * MINUTE],
])("a line that is down for %s", (_, milliseconds) => {
  test.each([
    ["refused", refused],
    ["swallowed", swallowed],
  ])("while every try is %s: the network is at the same step with its edits and history", async (_, fails) => {
    const before = shown();
    page.socket.close();
    await downFor(milliseconds, fails);
    expect(page.socket.sent).toMatchObject([{ kind: "open", step: 5, edits: [{ step: 4, value: 0.5 }] }]);
    page.build();
    await settled();
    expect([shown(), page.experiment.experiment.value?.optimizer.lr]).toEqual([before, 0.5]);
  });

  test("takes a step with it, which is done once, and the step after it", async () => {
    const stepped = page.run.advance(1);
    page.socket.close();
    await downFor(milliseconds, refused);
    expect(page.socket.asked("advance")).toEqual([]);
    page.build();
    await settled();
    answer(6);
    await stepped;
    const next = page.run.advance(1);
    await settled();
    answer(7);
    await next;
    expect(page.socket.asked("advance")).toHaveLength(2);
    expect([page.steps, page.run.outstanding()]).toEqual([[1, 2, 3, 4, 5, 6, 7], 0]);
  });
});

test("a line that is silent is noticed at the first step that is not answered, which is then done once", async () => {
  const silent = page.socket;
  const stepped = page.run.advance(1);
  await downFor(25 * SECOND, refused);
  page.build();
  await settled();
  silent.reply(frameBytes({ id: silent.sent.at(-1)?.id ?? 0, generation: 1, step: 6 })); // it has been done there, too
  answer(6);
  await stepped;
  expect([page.run.frame.value?.step, page.steps]).toEqual([6, [1, 2, 3, 4, 5, 6]]);
});

test("a line that went while the machine slept is noticed five seconds after somebody is back", async () => {
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(page.run.outstanding()).toBe(0);
  page.run.lookAgain();
  await vi.advanceTimersByTimeAsync(5 * SECOND);
  expect(page.run.outstanding()).toBe(Infinity);
  await downFor(0, refused);
  expect(page.opened).toMatchObject({ experiment: EXPERIMENT, step: 5 });
});

test("a line that stands is not left by who is back, and what is under way is not asked about", async () => {
  page.run.lookAgain();
  answer();
  void page.run.advance(1);
  page.run.lookAgain();
  expect(page.socket.sent.map(({ kind }) => kind).slice(-2)).toEqual(["look", "advance"]);
  answer(6);
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect([FakeSocket.made.at(-1)?.readyState, page.run.outstanding()]).toEqual([FakeSocket.OPEN, 0]);
});

test("the clock of the day set an hour forward or back is nothing to a line", async () => {
  const socket = page.socket;
  const stepped = page.run.advance(1);
  for (const hours of [1, -2, 1]) {
    vi.setSystemTime(Date.now() + hours * 60 * MINUTE);
    await vi.advanceTimersByTimeAsync(5 * SECOND);
  }
  answer(6);
  await stepped;
  expect([page.socket === socket, socket.readyState, page.run.frame.value?.step]).toEqual([true, FakeSocket.OPEN, 6]);
});

describe("while what was shown is on its way back on a new line", () => {
  beforeEach(async () => {
    page.socket.close();
    await downFor(0, refused);
  });

  test("a step that is pressed waits for it, and is not lost", async () => {
    const stepped = page.run.advance(1);
    await settled();
    expect(page.socket.asked("advance")).toEqual([]);
    page.build();
    await settled();
    answer(6);
    expect(await stepped).toMatchObject({ kind: "frame" });
    expect([page.run.frame.value?.step, page.socket.asked("advance").length]).toEqual([6, 1]);
  });

  test("a rate that is changed is an edit of it, and not another experiment", async () => {
    page.edit.setRate(page.experiment.experiment.value ?? EXPERIMENT, 0.25);
    page.build();
    await settled();
    expect(page.socket.asked("edit")).toMatchObject([{ edit: { step: 5, value: 0.25 } }]);
    expect([page.socket.asked("open").length, page.experiment.experiment.value?.optimizer.lr]).toEqual([1, 0.25]);
  });

  test("a step of it is forgotten with it, where another experiment is chosen", async () => {
    const stepped = page.run.advance(1);
    page.experiment.change({ ...EXPERIMENT, batch: 8 });
    for (const request of page.socket.asked("open")) page.build(undefined, request);
    await settled();
    expect([await stepped, page.socket.asked("advance")]).toEqual([null, []]);
  });
});

describe("answers that come twice or in another order", () => {
  /** Answer requests to advance, by their place among those asked. */
  const ask = (): Request => {
    void page.run.advance(1);
    return page.socket.sent.at(-1) as Request;
  };
  const reply = ({ id, generation }: Request, step: number): void => page.socket.reply(frameBytes({ id, generation, step }));

  test("are kept once a step, and what is shown does not go back to an older one", () => {
    const [first, second] = [ask(), ask()];
    reply(second, 7);
    reply(first, 6);
    reply(first, 6);
    reply(second, 7);
    expect([page.run.frame.value?.step, page.steps, page.run.outstanding()]).toEqual([7, [1, 2, 3, 4, 5, 6, 7], 0]);
  });

  test("of a run before the one that is shown are not drawn and not kept", () => {
    const old = ask();
    page.experiment.change({ ...EXPERIMENT, batch: 8 });
    page.build();
    reply(old, 6);
    expect([page.run.frame.value?.step, page.steps, page.run.outstanding()]).toEqual([1, [1], 0]);
  });
});
