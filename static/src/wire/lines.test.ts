import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { FakeService, settled } from "./http.fixture";
import type { Line } from "./line";
import { Lines } from "./lines";
import { FakeSocket } from "./socket.fixture";

let service: FakeService;
let lines: Lines;
let heard: string[];

function open(): Line {
  const line = lines.open();
  line.onopen = () => heard.push("open");
  line.onmessage = ({ data }) => heard.push(data as string);
  line.onclose = () => {
    heard.push("close");
    line.onclose = null;
    line.close(); // whoever is told leaves it
  };
  return line;
}

/** A page where a socket has worked, and was lost. */
function worked(): void {
  open();
  FakeSocket.last.open();
  FakeSocket.last.reply({});
  FakeSocket.last.close();
  heard = [];
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  FakeSocket.made = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  service = new FakeService();
  lines = new Lines("https://here/under/a/path/");
  heard = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a socket is what is tried first, and where it opens nothing else is", () => {
  const line = open();
  expect([FakeSocket.last.url, FakeSocket.last.binaryType]).toEqual(["wss://here/under/a/path/ws", "arraybuffer"]);
  FakeSocket.last.open();
  line.send('{"kind":"x"}');
  FakeSocket.last.reply({ a: 1 });
  vi.advanceTimersByTime(60_000);
  expect([heard, FakeSocket.last.sent, service.posted]).toEqual([["open", '{"a":1}'], [{ kind: "x" }], []]);
});

describe("where sockets are blocked", () => {
  test("and refused, HTTP takes their place at once, and nobody notices", async () => {
    const line = open();
    FakeSocket.last.close();
    expect(service.last.path).toBe("/under/a/path/api/line");
    await service.opens();
    expect([heard, line.readyState]).toEqual([["open"], WebSocket.OPEN]);
    line.send("1");
    await service.replies(["one"]);
    expect(heard).toEqual(["open", "one"]);
  });

  test("and swallowed, HTTP takes their place after two and a half seconds", async () => {
    open();
    vi.advanceTimersByTime(2499);
    expect(service.posted).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(FakeSocket.last.readyState).toBe(WebSocket.CLOSED);
    await service.opens();
    expect(heard).toEqual(["open"]);
  });

  test("and open but let nothing through, HTTP is next when that has been given up", () => {
    const line = open();
    FakeSocket.last.open();
    line.send("{}");
    line.close();
    open();
    expect([FakeSocket.made.length, service.posted.length]).toEqual([1, 1]);
  });

  test("the next lines are by HTTP, and a socket is tried again a minute later", async () => {
    open();
    FakeSocket.last.close();
    await service.opens();
    vi.advanceTimersByTime(59_999);
    open();
    await service.opens();
    expect(FakeSocket.made).toHaveLength(1);
    vi.advanceTimersByTime(1);
    open();
    expect(FakeSocket.made).toHaveLength(2);
  });
});

describe("where the service is away", () => {
  test("both fail, the line is lost, and the next one is a socket again", async () => {
    open();
    FakeSocket.last.close();
    service.last.fail();
    await settled();
    expect(heard).toEqual(["close"]);
    open();
    expect(FakeSocket.made).toHaveLength(2);
  });

  test("a page where sockets have worked does not take them for blocked until three have failed", async () => {
    worked();
    for (const tried of [1, 2]) {
      open();
      vi.advanceTimersByTime(9000); // it may take long where many come back at once
      FakeSocket.last.close();
      expect([heard.length, service.posted.length]).toEqual([tried, 0]);
    }
    open();
    FakeSocket.last.close();
    expect(service.posted).toHaveLength(1);
    service.last.fail();
    await settled();
    open();
    expect([heard, FakeSocket.made.length]).toEqual([["close", "close", "close"], 5]);
  });
});

test("a socket that the service closes with a word is not blocked", () => {
  open();
  FakeSocket.last.open();
  FakeSocket.last.close(1013);
  expect(heard).toEqual(["open", "close"]);
  open();
  expect([FakeSocket.made.length, service.posted.length]).toEqual([2, 0]);
});

test.each([1000, 1001, 1011])("a socket that opens and is closed with %i before anything was said is blocked", (code) => {
  open();
  FakeSocket.last.open();
  FakeSocket.last.close(code);
  open();
  expect([FakeSocket.made.length, service.posted.length]).toEqual([1, 1]);
});

test("a line that is closed while it opens stays closed", () => {
  open().close();
  vi.advanceTimersByTime(10_000);
  expect([FakeSocket.made.length, service.posted.length, heard.includes("open")]).toEqual([1, 0, false]);
});
