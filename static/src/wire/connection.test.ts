import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { EXPERIMENT, frameBytes, NET } from "../fixtures";
import { connected, Connection, place, type Answer } from "./connection";
import { FakeSocket } from "./socket.fixture";

const FOR_EVER = 600_000; // milliseconds

let heard: [kind: string, generation: number][];
let reopened: number;
/** Tells the newest connection that the machine is on a network again. */
let online: () => void;

function connect(): Connection {
  const listen = (answer: Answer, generation: number): void => void heard.push([answer.kind, generation]);
  return new Connection(() => new FakeSocket("ws://here/ws"), listen, () => (reopened += 1));
}

const advance = { kind: "advance", generation: 1, steps: 1 } as const;
const stale = { kind: "problems", generation: 1, reason: "stale", problems: [] };

/** What a promise has come to, or "waiting". */
async function stateOf(promise: Promise<Answer | null>): Promise<string> {
  const answer = await Promise.race([promise, Promise.resolve("waiting" as const)]);
  return answer === null ? "lost" : typeof answer === "string" ? answer : answer.kind;
}

beforeEach(() => {
  heard = [];
  reopened = 0;
  FakeSocket.made = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("addEventListener", (kind: string, heard: () => void) => kind === "online" && (online = heard));
  vi.spyOn(Math, "random").mockReturnValue(0.5); // no jitter
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("asking", () => {
  test("too much for one message is refused on the page, in the service's words, and not sent", async () => {
    const connection = connect();
    FakeSocket.last.open();
    const ask = (letters: number) => {
      const experiment = { ...EXPERIMENT, name: "나".repeat(letters) }; // three bytes each
      const look = { example: 0, node: -1, row: 0, column: -1 };
      return connection.ask({ kind: "open", generation: 7, experiment, edits: [], step: 1, look });
    };
    const answer = await ask(44_000);
    const [problem] = answer?.kind === "problems" ? answer.problems : [];
    expect(problem).toMatchObject({ code: "too_long", expected: "131072" });
    expect(Number(problem?.came)).toBeGreaterThan(132_000);
    expect([heard, FakeSocket.last.sent, connection.outstanding]).toEqual([[["problems", 7]], [], 0]);
    void ask(43_000);
    expect(FakeSocket.last.sent).toHaveLength(1);
  });

  test("before the connection stands comes to nothing, and nothing waits", async () => {
    const connection = connect();
    expect(await connection.ask(advance)).toBeNull();
    expect([connection.outstanding, FakeSocket.last.sent]).toEqual([0, []]);
  });

  test("sends the request under an id of its own", () => {
    const connection = connect();
    FakeSocket.last.open();
    void connection.ask(advance);
    void connection.ask(advance);
    expect(FakeSocket.last.sent).toEqual([
      { ...advance, id: 1 },
      { ...advance, id: 2 },
    ]);
  });

  test("is settled by the reply that repeats its id, whatever the order", async () => {
    const connection = connect();
    FakeSocket.last.open();
    const [first, second] = [connection.ask(advance), connection.ask(advance)];
    FakeSocket.last.reply({ ...stale, id: 2 });
    expect([await stateOf(first), await stateOf(second)]).toEqual(["waiting", "problems"]);
    expect(connection.outstanding).toBe(1);
    FakeSocket.last.reply({ ...stale, id: 1 });
    expect([await stateOf(first), connection.outstanding]).toEqual(["problems", 0]);
  });

  test("is settled, too, by an answer from a service that could not read which request it was", async () => {
    const connection = connect();
    FakeSocket.last.open();
    const [first, second] = [connection.ask(advance), connection.ask(advance)];
    FakeSocket.last.reply({ ...stale, id: 0, reason: "message" });
    expect([await stateOf(first), await stateOf(second), heard]).toEqual(["problems", "waiting", [["problems", 1]]]);
  });

  test("is not settled by a graph, whose frame is still to come", async () => {
    const connection = connect();
    FakeSocket.last.open();
    const answer = connection.ask(advance);
    FakeSocket.last.reply(NET);
    expect([await stateOf(answer), connection.outstanding]).toEqual(["waiting", 1]);
    FakeSocket.last.reply(frameBytes());
    expect([await stateOf(answer), connection.outstanding]).toEqual(["frame", 0]);
    expect(heard).toEqual([
      ["graph", 1],
      ["frame", 1],
    ]);
  });
});

test("one's place in line is known until something is answered, and settles nothing", () => {
  const connection = connect();
  FakeSocket.last.open();
  void connection.ask(advance);
  FakeSocket.last.reply({ kind: "queued", id: 0, generation: 0, place: 7 });
  expect([place.value, connection.outstanding, heard]).toEqual([7, 1, []]);
  FakeSocket.last.reply(NET);
  expect(place.value).toBe(0);
  FakeSocket.last.reply({ kind: "queued", id: 0, generation: 0, place: 6 });
  FakeSocket.last.close();
  expect(place.value).toBe(0);
});

test("what is asked in line is sent when that is over, in order, and none of it on another line", () => {
  const connection = connect();
  const ids = (): number[] => FakeSocket.last.sent.map(({ id }) => id);
  FakeSocket.last.open();
  void connection.ask(advance);
  FakeSocket.last.reply({ kind: "queued", id: 0, generation: 0, place: 2 });
  for (let asked = 0; asked < 40; asked++) void connection.ask(advance);
  expect([ids(), connection.outstanding]).toEqual([[1], 41]);
  FakeSocket.last.reply({ ...stale, id: 1 });
  void connection.ask(advance);
  expect(ids()).toEqual(Array.from({ length: 42 }, (_, at) => at + 1));
  FakeSocket.last.reply({ kind: "queued", id: 0, generation: 0, place: 2 });
  void connection.ask(advance);
  FakeSocket.last.close();
  vi.advanceTimersByTime(20_000);
  FakeSocket.last.open();
  void connection.ask(advance);
  expect(ids()).toEqual([44]);
});

describe("a frame", () => {
  test("is read in the layout of the newest graph", async () => {
    const connection = connect();
    FakeSocket.last.open();
    const answer = connection.ask(advance);
    FakeSocket.last.reply(NET);
    FakeSocket.last.reply({
      ...NET,
      layout: { layout: 2, sections: [{ name: "input", offset: 2, length: 1 }], whole: false },
    });
    FakeSocket.last.reply(frameBytes());
    const found = await answer;
    expect(found?.kind === "frame" && [...found.frame.section("input")]).toEqual([0.5]);
  });

  test("of an experiment that has been replaced is not read in the new one's layout", async () => {
    const connection = connect();
    FakeSocket.last.open();
    const [old, next] = [connection.ask(advance), connection.ask(advance)];
    FakeSocket.last.reply({ ...NET, id: 2, generation: 2 });
    FakeSocket.last.reply(frameBytes({ id: 1, generation: 1 }));
    expect([heard, await stateOf(old), await stateOf(next)]).toEqual([[["graph", 2]], "lost", "waiting"]);
  });

  test("that comes twice is heard once, and one that nobody asked for not at all", () => {
    const connection = connect();
    FakeSocket.last.open();
    void connection.ask(advance);
    FakeSocket.last.reply(NET);
    for (const id of [1, 1, 7]) FakeSocket.last.reply(frameBytes({ id }));
    FakeSocket.last.reply(NET);
    expect([heard, connection.outstanding]).toEqual([[["graph", 1], ["frame", 1]], 0]);
  });
});

describe("a lost connection", () => {
  test("settles what waited with nothing", async () => {
    const connection = connect();
    FakeSocket.last.open();
    expect(connected.value).toBe(true);
    const answer = connection.ask(advance);
    FakeSocket.last.close();
    expect([await answer, connection.outstanding, connected.value]).toEqual([null, 0, false]);
  });

  test("is tried again after a moment, and told when it stands", () => {
    connect();
    FakeSocket.last.open();
    FakeSocket.last.close();
    vi.advanceTimersByTime(1749); // a quarter of a second, and half of three
    expect(FakeSocket.made).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(FakeSocket.made).toHaveLength(2);
    FakeSocket.last.open();
    expect([reopened, connected.value]).toEqual([2, true]);
  });

  test("is tried ever more seldom, and soon again once it was answered", () => {
    const connection = connect();
    expect(Array.from({ length: 4 }, triedAfter)).toEqual([1750, 3250, 4250, 4250]);
    /** Was another made soon after it opened, heard this and closed? */
    const soon = (...messages: object[]): boolean => {
      FakeSocket.last.open();
      void connection.ask(advance);
      for (const message of messages) FakeSocket.last.reply(message);
      return triedAfter() === 1750;
    };
    expect([soon(), soon({ ...stale, id: 2 }), soon()]).toEqual([false, true, false]);
  });

  test("of three hundred pages at once is tried at moments spread over three seconds, over eight where it stays lost", () => {
    vi.mocked(Math.random).mockRestore();
    const [first, third] = Array.from({ length: 300 }, () => {
      vi.clearAllTimers();
      connect();
      return [triedAfter(), triedAfter(), triedAfter()];
    }).reduce((all, waits) => waits.map((wait, k) => [...(all[k] ?? []), wait]), [] as number[][]).filter((_, k) => k !== 1);
    const most = (waits: number[] = [], within: number): number =>
      Math.max(...waits.map((at) => waits.filter((other) => other >= at && other < at + within).length));
    expect([Math.min(...(first ?? [])) >= 250, Math.max(...(first ?? [])) <= 3300]).toEqual([true, true]);
    expect([Math.min(...(third ?? [])) >= 250, Math.max(...(third ?? [])) <= 8300]).toEqual([true, true]);
    expect(most(first, 1000)).toBeLessThan(150); // a hundred on average
    expect(most(third, 1000)).toBeLessThan(80);
  });

  test("is tried at once when the machine is on a network again, and just once", () => {
    connect();
    FakeSocket.last.close();
    online();
    expect(FakeSocket.made).toHaveLength(2);
    FakeSocket.last.open();
    vi.advanceTimersByTime(60_000);
    online(); // a line that stands stays
    expect([FakeSocket.made.length, reopened]).toEqual([2, 1]);
  });
});

describe("a line that is silent", () => {
  const silence = (): number => {
    const [before, socket] = [performance.now(), FakeSocket.last];
    while (socket.readyState === FakeSocket.OPEN && performance.now() - before < FOR_EVER) vi.advanceTimersByTime(100);
    return performance.now() - before;
  };
  /** Opens the next line as soon as it is tried. */
  const again = (): void => {
    triedAfter(false);
    FakeSocket.last.open();
  };

  test("for twenty seconds after a request is dead: what waited comes to nothing, and another is tried", async () => {
    const connection = connect();
    FakeSocket.last.open();
    const answer = connection.ask(advance);
    expect([silence(), await answer, connected.value]).toEqual([20_000, null, false]);
    again();
    expect([reopened, connected.value]).toEqual([2, true]);
  });

  test("with no request under way is no trouble, however long", () => {
    connect();
    FakeSocket.last.open();
    vi.advanceTimersByTime(9 * 60_000);
    expect([FakeSocket.made.length, connected.value]).toEqual([1, true]);
  });

  test("is not one that answers, however slowly", () => {
    const connection = connect();
    FakeSocket.last.open();
    for (let id = 1; id <= 3; id++) void connection.ask(advance);
    for (let id = 1; id <= 3; id++) {
      vi.advanceTimersByTime(19_000);
      FakeSocket.last.reply({ ...stale, id });
    }
    vi.advanceTimersByTime(60_000);
    expect(connected.value).toBe(true);
  });

  test("may be only slow: another gets more time, until none can be had, which is no slowness", () => {
    const connection = connect();
    FakeSocket.last.open();
    const after = [1, 2, 3, 4, 5].map(() => {
      void connection.ask(advance);
      const time = silence();
      again();
      return time;
    });
    expect(after).toEqual([20_000, 40_000, 80_000, 160_000, 160_000]);
    FakeSocket.last.close();
    triedAfter(false);
    again();
    void connection.ask(advance);
    expect(silence()).toBe(20_000);
  });

  test("has less time for what is answered at once", () => {
    const connection = connect();
    FakeSocket.last.open();
    void connection.ask(advance, 5000);
    expect(silence()).toBe(5000);
  });

  test("while it opens is left after ten seconds for another", () => {
    connect();
    vi.advanceTimersByTime(9999);
    expect(FakeSocket.made).toHaveLength(1);
    const [silent] = FakeSocket.made;
    vi.advanceTimersByTime(1 + 1750);
    expect([FakeSocket.made.length, silent?.readyState, silent?.onopen]).toEqual([2, 3, null]);
  });

  test("and speaks again after it was left is not heard", () => {
    const connection = connect();
    const socket = FakeSocket.last;
    socket.open();
    void connection.ask(advance);
    silence();
    socket.reply({ ...stale, id: 1 });
    expect([heard, connected.value]).toEqual([[], false]);
  });
});

/** Milliseconds from a line's end, which this is if it has not ended, to the next one. */
function triedAfter(end = true): number {
  if (end) FakeSocket.last.close();
  const [before, made] = [performance.now(), FakeSocket.made.length];
  while (FakeSocket.made.length === made && performance.now() - before < FOR_EVER) vi.advanceTimersByTime(10);
  return performance.now() - before;
}
