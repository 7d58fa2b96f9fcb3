import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { EXPERIMENT, frameBytes, NET } from "../fixtures";
import { connected, Connection, place, type Answer } from "./connection";
import { FakeSocket } from "./socket.fixture";

let heard: [kind: string, generation: number][];
let reopened: number;

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

  test("of an experiment that has been replaced is not read in the new one's layout", () => {
    connect();
    FakeSocket.last.open();
    FakeSocket.last.reply({ ...NET, generation: 2 });
    FakeSocket.last.reply(frameBytes({ generation: 1 }));
    expect(heard).toEqual([["graph", 2]]);
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

  test("is tried again after half a second, and told when it stands", () => {
    connect();
    FakeSocket.last.open();
    FakeSocket.last.close();
    vi.advanceTimersByTime(499);
    expect(FakeSocket.made).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(FakeSocket.made).toHaveLength(2);
    FakeSocket.last.open();
    expect([reopened, connected.value]).toEqual([2, true]);
  });

  test("is tried ever more seldom, but every eight seconds at least, and soon again once it was answered", () => {
    connect();
    const waits = Array.from({ length: 6 }, () => {
      FakeSocket.last.close();
      const [before, made] = [Date.now(), FakeSocket.made.length];
      while (FakeSocket.made.length === made) vi.advanceTimersByTime(100);
      return Date.now() - before;
    });
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 8000]);
    /** Was another made half a second after it opened, heard this and closed? */
    const soon = (...messages: object[]): boolean => {
      const socket = FakeSocket.last;
      socket.open();
      for (const message of messages) socket.reply(message);
      socket.close();
      vi.advanceTimersByTime(500);
      const again = FakeSocket.last !== socket;
      vi.advanceTimersByTime(8000);
      return again;
    };
    expect([soon(), soon({ ...stale, id: 9 }), soon()]).toEqual([false, true, false]);
  });
});
