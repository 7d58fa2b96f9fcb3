import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { AT, frameOf, NET } from "../fixtures";
import type { Frame } from "../wire/frame";
import { settled } from "./page.fixture";

let loop: typeof import("./loop");
let run: typeof import("./run");
let moment: typeof import("./moment");
let kept: typeof import("./history");
let journey: typeof import("./journey");

/** What was asked for, and how to let the service answer it. */
interface Asked {
  kind: "advance" | "seek";
  by: number;
  answer: (step: number, frame?: Frame) => Promise<void>;
}
let asked: Asked[];
let now: number;


/** Screen frames, one every 20 milliseconds. */
let nextFrame: FrameRequestCallback;
function pass(milliseconds: number): void {
  for (const end = now + milliseconds; now < end;) nextFrame((now += 20));
}

beforeEach(async () => {
  vi.resetModules();
  [asked, now] = [[], 0];
  vi.stubGlobal("requestAnimationFrame", (next: FrameRequestCallback) => ((nextFrame = next), 1));
  vi.doMock("./run", async (actual) => {
    const ask = (kind: Asked["kind"]) => (by: number) =>
      new Promise((resolve) => {
        const answer = async (step: number, frame = frameOf({ step })): Promise<void> => {
          asked = asked.filter((one) => one !== request);
          run.frame.value = frame;
          resolve({ kind: "frame", frame: run.frame.value });
          await settled();
        };
        const request = { kind, by, answer };
        asked.push(request);
      });
    return {
      ...(await actual<object>()),
      advance: ask("advance"),
      seek: ask("seek"),
      outstanding: () => asked.length,
      lookAgain: vi.fn(),
    };
  });
  [run, moment, kept, journey, loop] = await Promise.all([
    import("./run"),
    import("./moment"),
    import("./history"),
    import("./journey"),
    import("./loop"),
  ]);
  run.graph.value = NET;
  run.frame.value = frameOf({ step: 5 });
  loop.startLoop();
  nextFrame(0);
});

afterEach(() => {
  vi.doUnmock("./run");
  vi.unstubAllGlobals();
});

const speedOf = (label: string) => moment.SPEEDS.findIndex((speed) => speed.label === label);
const short = () => asked.map(({ kind, by }) => `${kind} ${by}`);

describe("playing", () => {
  test("moves through the visits and, after a breath at the end, asks for one step", async () => {
    loop.toggle();
    pass(500);
    expect(moment.position.value).toBeCloseTo(500 / 1250, 9);
    pass(8600); // the whole pass takes 9000
    expect([moment.position.value, short()]).toEqual([AT.end, []]);
    pass(400);
    expect([moment.position.value, short()]).toEqual([AT.end, ["advance 1"]]);
    await asked[0]?.answer(6);
    expect(moment.position.value).toBe(0);
  });

  test("stands still while nothing plays", () => {
    pass(1000);
    expect([moment.position.value, short()]).toEqual([0, []]);
  });

  test("does not jump when the page was hidden", () => {
    loop.toggle();
    nextFrame((now += 60_000));
    expect(moment.position.value).toBeCloseTo(100 / 1250, 9);
  });

  test("draws nothing and asks for nothing in the background, where no screen frame comes", () => {
    vi.useFakeTimers();
    moment.speed.value = speedOf("600/s");
    let drawn = 0;
    loop.eachFrame(() => (drawn += 1));
    loop.toggle();
    vi.advanceTimersByTime(9 * 60_000);
    expect([drawn, short(), vi.getTimerCount()]).toEqual([0, [], 0]);
    vi.useRealTimers();
    pass(20);
    expect([drawn, short()]).toEqual([1, ["advance 10"]]);
  });

  test("asks whether the line still stands after ten seconds without a screen frame, and not after less", () => {
    const asks = vi.mocked(run.lookAgain);
    nextFrame((now += 9900));
    expect(asks).not.toHaveBeenCalled();
    nextFrame((now += 10_100));
    expect(asks).toHaveBeenCalledOnce();
  });

  test("live asks for two frames ahead at most, however long they take", async () => {
    moment.speed.value = speedOf("600/s");
    loop.toggle();
    pass(2000);
    expect(short()).toEqual(["advance 10", "advance 10"]);
    await asked[0]?.answer(15);
    pass(20);
    expect(short()).toEqual(["advance 10", "advance 10"]);
  });

  test("waits while a run is on its way to a step", () => {
    journey.destination.value = 500;
    loop.toggle();
    for (const label of ["1 ×", "600/s"]) {
      moment.speed.value = speedOf(label);
      pass(2000);
    }
    expect([moment.playing.value, moment.position.value, short()]).toEqual([true, 0, []]);
  });

  test("live keeps its pace", async () => {
    moment.speed.value = speedOf("60/s");
    loop.toggle();
    let steps = 0;
    for (let k = 0; k < 50; k++) {
      pass(20);
      for (const { by, answer } of asked) {
        steps += by;
        await answer(5 + steps);
      }
    }
    expect(steps).toBeGreaterThanOrEqual(59);
    expect(steps).toBeLessThanOrEqual(60);
  });

  describe("a number that broke", () => {
    const broken = (step: number) => frameOf({ step, faultNode: 1, faultStep: 6 });

    test("stops a pass that is watched where it comes to it, and not before", () => {
      run.frame.value = broken(6);
      loop.toggle();
      pass(1700); // the end of its visit is 1750 into the pass
      expect(moment.playing.value).toBe(true);
      pass(100);
      expect([moment.playing.value, moment.position.value]).toEqual([false, AT.tanh + 1]);
    });

    test("is gone past when one plays on, and in every later step", () => {
      for (const [step, at] of [[6, AT.tanh + 1], [7, 0]] as const) {
        run.frame.value = broken(step);
        moment.position.value = at;
        if (!moment.playing.value) loop.toggle();
        pass(3000);
        expect(moment.playing.value).toBe(true);
      }
    });

    test("stops live training in its step, and what was asked for ahead is taken back", async () => {
      moment.speed.value = speedOf("600/s");
      loop.toggle();
      pass(200);
      expect(short()).toEqual(["advance 10", "advance 10"]);
      const [first, second] = asked;
      await first?.answer(6, broken(6));
      expect([moment.playing.value, short()]).toEqual([false, ["advance 10", "seek 6"]]);
      await second?.answer(16, broken(16));
      await asked[0]?.answer(6, broken(6));
      expect([run.frame.value?.step, moment.position.value, short()]).toEqual([6, AT.end, []]);
      loop.toggle();
      pass(200);
      await asked[0]?.answer(16, broken(16));
      expect(moment.playing.value).toBe(true);
    });
  });
});

describe("a press of the step buttons", () => {
  test("stops the film and moves by what the dial says", async () => {
    loop.toggle();
    moment.dial.value = "phase";
    await loop.stepBy(1);
    expect([moment.playing.value, moment.position.value]).toEqual([false, 3]);
    await loop.stepBy(1);
    expect(moment.position.value).toBe(4);
    await loop.stepBy(-1);
    expect([moment.position.value, short()]).toEqual([3, []]);
  });

  test("beyond the end asks for the next step and goes to its first stop", async () => {
    moment.position.value = AT.end;
    moment.dial.value = "layer";
    void loop.stepBy(1);
    await settled();
    expect(short()).toEqual(["advance 1"]);
    await asked[0]?.answer(6);
    expect(moment.position.value).toBe(2);
  });

  test("waits for the one before it, and none is dropped", async () => {
    moment.position.value = AT.end;
    moment.dial.value = "phase";
    for (let k = 0; k < 3; k++) void loop.stepBy(1);
    await settled();
    expect([short(), moment.position.value]).toEqual([["advance 1"], AT.end]);
    await asked[0]?.answer(6);
    expect([short(), moment.position.value]).toEqual([[], AT.update]); // forward, loss, backward
  });

  test("waits for the way back to the start, too", async () => {
    moment.position.value = AT.end;
    void loop.restart();
    void loop.stepBy(1);
    void loop.stepBy(1);
    await settled();
    expect(short()).toEqual(["seek 1"]);
    await asked[0]?.answer(1);
    expect(moment.position.value).toBe(2);
  });

  test("before the start asks for the step before and goes to its end", async () => {
    moment.dial.value = "layer";
    void loop.stepBy(-1);
    await settled();
    expect(short()).toEqual(["seek 4"]);
    await asked[0]?.answer(4);
    expect(moment.position.value).toBe(AT.end);
  });

  describe("by an epoch", () => {
    beforeEach(() => {
      moment.position.value = AT.end;
      moment.dial.value = "epoch";
    });

    test("goes there as to any other step, for it may be too far for one request", async () => {
      run.graph.value = { ...NET, batches: 14_000 };
      void loop.stepBy(1);
      await settled();
      expect(short()).toEqual(["seek 14000"]);
      await asked[0]?.answer(14_000);
      expect([moment.position.value, short()]).toEqual([AT.end, []]);
    });

    test("goes back to the step in between in which a number broke, but not past one that broke before", async () => {
      void loop.stepBy(1);
      await settled();
      await asked[0]?.answer(10, frameOf({ step: 10, faultNode: 1, faultStep: 7 }));
      expect(short()).toEqual(["seek 7"]);
      await asked[0]?.answer(7, frameOf({ step: 7, faultNode: 1, faultStep: 7 }));
      void loop.stepBy(1);
      await settled();
      await asked[0]?.answer(10, frameOf({ step: 10, faultNode: 1, faultStep: 7 }));
      expect([run.frame.value?.step, short()]).toEqual([10, []]);
    });
  });

  test("ends a long way that is under way, and goes on from where that has come to", async () => {
    void loop.scrub(500);
    journey.destination.value = 500;
    void loop.stepBy(-1);
    expect(journey.destination.value).toBeNull();
  });

  test("back by an epoch into the first goes to the very start", async () => {
    moment.position.value = AT.end;
    moment.dial.value = "epoch";
    void loop.stepBy(-1);
    await settled();
    expect(short()).toEqual(["seek 1"]);
    await asked[0]?.answer(1);
    expect(moment.position.value).toBe(0);
  });
});

describe("a hand that drags", () => {
  test("has only the newest of the places it passed fetched, and never two at once", async () => {
    for (const step of [10, 11, 12, 13]) void loop.scrub(step);
    expect(short()).toEqual(["seek 10"]);
    await asked[0]?.answer(10);
    expect(short()).toEqual(["seek 13"]);
    await asked[0]?.answer(13);
    expect([short(), moment.position.value]).toEqual([[], AT.end]);
  });
});

test("a new run begins at its start; a line that came back goes on where it was", () => {
  kept.history.value = new kept.History(NET);
  moment.position.value = 4.5;
  run.graph.value = { ...NET, generation: 2 };
  expect(moment.position.value).toBe(4.5);
  kept.history.value = new kept.History(NET);
  expect(moment.position.value).toBe(0);
});

test("what is drawn each screen frame can be taken away again", () => {
  const paint = vi.fn();
  const stop = loop.eachFrame(paint);
  pass(40);
  stop();
  pass(40);
  expect(paint).toHaveBeenCalledTimes(2);
});
