import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { FakeService, settled } from "./http.fixture";
import { HttpLine } from "./http";

let service: FakeService;
let line: HttpLine;
let heard: (string | number[])[];
let unreached: number;

/** What is told of a line. */
function listen(to: HttpLine): void {
  to.onopen = () => heard.push("open");
  to.onmessage = ({ data }) => heard.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
  to.onclose = () => heard.push("close");
}

beforeEach(() => {
  service = new FakeService();
  [heard, unreached] = [[], 0];
  line = new HttpLine("https://here/api/line", () => (unreached += 1));
  listen(line);
});

afterEach(() => {
  line.close();
  vi.unstubAllGlobals();
});

const asked = () => service.posted.filter(({ path }) => path === "/api/line/ask").map(({ body }) => body);

describe("opening", () => {
  test("posts, and names the line by its token from then on, in a header and never in an address", async () => {
    expect([service.last.path, line.readyState]).toEqual(["/api/line", WebSocket.CONNECTING]);
    expect(service.last.headers).toEqual({ "Content-Type": "application/json" });
    await service.opens("s3cret");
    expect([heard, line.readyState]).toEqual([["open"], WebSocket.OPEN]);
    line.send("a");
    expect(service.last.headers).toMatchObject({ "X-Backflow-Line": "s3cret" });
    expect(service.posted.some(({ path }) => path.includes("s3cret"))).toBe(false);
  });

  test.each(["no network", "503", "no JSON"])("that fails ends the line, and is told: %s", async (how) => {
    if (how === "no network") service.last.fail();
    else if (how === "503") await service.refuses(503);
    else service.last.answer(new Response("<p>Please log in"));
    await settled();
    expect([heard, unreached, line.readyState]).toEqual([["close"], 1, WebSocket.CLOSED]);
  });
});

describe("asking", () => {
  beforeEach(() => service.opens());

  test("brings every reply, text and binary, in order", async () => {
    line.send("ask");
    await service.replies(["{}", Uint8Array.of(1, 2, 3), "각"]);
    expect(heard).toEqual(["open", "{}", [1, 2, 3], "각"]);
  });

  test("is one after another, though more is sent; and what a reply makes one ask comes after that", async () => {
    line.send("1");
    line.send("2");
    line.onmessage = ({ data }) => data === "one" && line.send("3");
    expect(asked()).toEqual(["1"]);
    await service.replies(["one"]);
    expect(asked()).toEqual(["1", "2"]);
    await service.replies(["two"]);
    await service.replies(["three"]);
    expect(asked()).toEqual(["1", "2", "3"]);
    line.send("4");
    expect(asked()).toEqual(["1", "2", "3", "4"]);
  });

  test("in line hears one's place and asks the same again", async () => {
    line.send("1");
    await service.replies(["third in line"], 202);
    await service.replies(["second in line"], 202);
    await service.replies(["one"]);
    expect(asked()).toEqual(["1", "1", "1"]);
    expect(heard).toEqual(["open", "third in line", "second in line", "one"]);
  });

  test.each([404, 429, 500])("on a line that is refused with %i ends it, and asks no more", async (status) => {
    line.send("1");
    line.send("2");
    await service.refuses(status);
    expect([heard, asked(), unreached]).toEqual([["open", "close"], ["1"], 0]);
    line.send("3");
    expect(asked()).toEqual(["1"]);
  });

  test.each([
    ["cut off in its head", Uint8Array.of(0, 0, 0, 0, 9, 0)],
    ["cut off in its reply", Uint8Array.of(0, 0, 0, 0, 9, 0, 0, 0, 123)],
    ["somebody else's", "<html>This page is blocked here"],
  ])("is ended by an answer that is %s", async (_, body) => {
    line.send("1");
    service.last.answer(new Response(body));
    await settled();
    expect(heard).toEqual(["open", "close"]);
  });

  test("that fails has the service told that the line is left, so that its place is free", async () => {
    line.send("1");
    service.last.fail();
    await settled();
    expect(heard).toEqual(["open", "close"]);
    expect(service.last).toMatchObject({ path: "/api/line/close", headers: { "X-Backflow-Line": "t0ken" } });
  });

  test("goes on after a reply that somebody who hears it stumbles over", async () => {
    line.onmessage = () => {
      throw new Error("a fault of the page's");
    };
    line.send("1");
    const fault = new Promise((resolve) => process.once("unhandledRejection", resolve));
    await service.replies(["one"]);
    await fault;
    line.send("2");
    expect(asked()).toEqual(["1", "2"]);
  });
});

describe("the end", () => {
  test("is told to the service, even by a page that goes, and just once", async () => {
    await service.opens();
    dispatchEvent(new Event("pagehide"));
    line.close();
    expect(service.posted.map(({ path }) => path)).toEqual(["/api/line", "/api/line/close"]);
    expect(service.last).toMatchObject({ keepalive: true, headers: { "X-Backflow-Line": "t0ken" } });
    expect(heard).toEqual(["open", "close"]);
  });

  test("before it is open opens nothing any more", async () => {
    const [opening] = service.posted;
    line.close();
    opening?.answer(new Response('{"token": "late"}'));
    await settled();
    expect([heard, service.posted.length, unreached]).toEqual([["close"], 1, 0]);
  });
});
