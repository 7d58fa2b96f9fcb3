import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { EXPERIMENT, frameBytes, NET, network } from "../fixtures";
import { FakeSocket } from "../wire/socket.fixture";

let run: typeof import("./run");
let state: typeof import("./experiment");
let kept: typeof import("./history");
let picked: typeof import("./selection");
let socket: FakeSocket;

/** The newest request to open. */
const opened = () => socket.asked("open").at(-1) as ReturnType<typeof socket.asked<"open">>[0];

/** Answer it as the service does: the graph, with what was opened, then its first frame. */
function build(graph = NET, request = opened()): void {
  const { id, generation, experiment, edits, step } = request;
  socket.reply({ ...graph, id, generation, experiment, edits });
  socket.reply(frameBytes({ id, generation, step }));
}

function show(step: number): void {
  socket.reply(frameBytes({ generation: run.graph.value?.generation ?? 0, step }));
}

const problems = [{ where: "batch", code: "range", expected: "1 or more", came: "0", values: {} }];

function refuse(reason: string, { id, generation } = opened()): void {
  socket.reply({ kind: "problems", id, generation, reason, problems });
}

const steps = () => kept.history.value?.records.map(({ step }) => step);

beforeEach(async () => {
  vi.resetModules();
  vi.stubGlobal("WebSocket", FakeSocket);
  [run, state, kept, picked] = await Promise.all([
    import("./run"),
    import("./experiment"),
    import("./history"),
    import("./selection"),
  ]);
  void run.start("https://example.org/under/a/path/");
  socket = FakeSocket.last;
  socket.open();
  state.change(EXPERIMENT);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("opening", () => {
  test("asks under the path the page came from, by a secure socket from a secure page", () => {
    expect(socket.url).toBe("wss://example.org/under/a/path/ws");
  });

  test("sends the experiment, to begin at its first step", () => {
    expect(socket.asked("open")).toMatchObject([{ experiment: EXPERIMENT, edits: [], step: 1 }]);
  });

  test("shows a graph together with its first frame, never alone", () => {
    socket.reply({ ...NET, generation: opened().generation });
    expect([run.graph.value, run.frame.value]).toEqual([null, null]);
    build();
    expect([run.graph.value?.nodes, run.frame.value?.step]).toEqual([NET.nodes, 1]);
  });

  test("does not open again what it takes over from the service", () => {
    build(NET, { ...opened(), experiment: { ...EXPERIMENT, name: "filled in" } });
    expect(state.experiment.value?.name).toBe("filled in");
    expect(socket.asked("open")).toHaveLength(1);
  });

  test("another experiment starts from the first step with a new history", () => {
    build();
    show(2);
    state.change({ ...EXPERIMENT, batch: 8 });
    expect(opened()).toMatchObject({ experiment: { batch: 8 }, step: 1 });
    build();
    expect(steps()).toEqual([1]);
  });

  test("keeps the selection in the same network and drops it in another", () => {
    build();
    picked.select({ kind: "unit", node: 1, row: 0 });
    state.change({ ...EXPERIMENT, batch: 8 });
    build();
    expect(picked.selection.value).not.toBeNull();
    state.change({ ...EXPERIMENT, batch: 16 });
    build(network(2, [5, 1]));
    expect(picked.selection.value).toBeNull();
  });

  test("at a moment names its step and its edits, and shows the rate they led to", () => {
    build();
    const edits = [{ kind: "learning_rate", step: 3, value: 0.5 } as const];
    void run.openAt({ ...EXPERIMENT, batch: 8 }, edits, 12);
    expect(opened()).toMatchObject({ experiment: { batch: 8 }, step: 12, edits });
    build();
    expect([state.experiment.value?.optimizer.lr, run.frame.value?.step]).toEqual([0.5, 12]);
    expect(run.runNow()).toEqual({ experiment: { ...EXPERIMENT, batch: 8 }, edits, step: 12 });
    expect(socket.asked("open")).toHaveLength(2);
  });
});

describe("an experiment that has been replaced", () => {
  test("is not shown any more", () => {
    build();
    const before = opened();
    state.change({ ...EXPERIMENT, batch: 8 });
    build();
    socket.reply(frameBytes({ generation: before.generation, step: 99 }));
    refuse("fault", before);
    expect([run.frame.value?.step, run.trouble.value]).toEqual([1, null]);
  });

  test("goes on until the next one is built", () => {
    build();
    state.change({ ...EXPERIMENT, batch: 8 });
    show(2);
    expect(run.frame.value?.step).toBe(2);
  });
});

describe("a refused experiment", () => {
  test("has its problems told at their fields until one is built", () => {
    build();
    state.change({ ...EXPERIMENT, batch: 0 });
    refuse("experiment");
    expect([state.problemsAt("batch"), run.trouble.value]).toEqual([problems, null]);
    state.change(EXPERIMENT);
    build();
    expect(state.problems.value).toEqual([]);
  });

  test("leaves the running one to go on", () => {
    build();
    const { generation } = opened();
    state.change({ ...EXPERIMENT, batch: 0 });
    refuse("experiment");
    void run.advance(1);
    expect(socket.asked("advance")).toMatchObject([{ generation }]);
  });

  test("asked for before the last one came leaves that one running, and its own document on the page", () => {
    build();
    state.change({ ...EXPERIMENT, batch: 8 });
    const good = opened();
    state.change({ ...EXPERIMENT, batch: 0 });
    build(NET, good);
    refuse("experiment");
    void run.advance(1);
    expect(socket.asked("advance")).toMatchObject([{ generation: good.generation }]);
    expect([state.experiment.value?.batch, state.problems.value]).toEqual([0, problems]);
  });

  test("that is no longer on the page is not complained about", () => {
    build();
    state.change({ ...EXPERIMENT, batch: 0 });
    const bad = opened();
    state.change({ ...EXPERIMENT, batch: 8 });
    refuse("experiment", bad);
    expect(state.problems.value).toEqual([]);
  });
});

test("a fault is told apart from a bad experiment, and a stale request is neither", () => {
  refuse("stale");
  expect(run.trouble.value).toBeNull();
  refuse("fault");
  expect([run.trouble.value?.reason, state.problems.value]).toEqual(["fault", []]);
});

describe("editing the learning rate", () => {
  test("holds from the step shown on and forgets what came later", () => {
    build();
    for (const step of [2, 3, 2]) show(step);
    void run.editRate(0.5);
    const edit = { kind: "learning_rate", step: 2, value: 0.5 };
    expect(socket.asked("edit")).toMatchObject([{ edit }]);
    expect([run.edits.value, steps()]).toEqual([[edit], [1, 2]]);
  });

  test("is not opened again as an experiment of its own", () => {
    build();
    const changed = { ...EXPERIMENT, batch: 8 };
    run.adopt(changed);
    state.change(changed);
    expect(socket.asked("open")).toHaveLength(1);
  });
});

describe("what is looked at", () => {
  test("is asked for when the selection changes", () => {
    build();
    picked.select({ kind: "weight", node: 2, row: 0, column: 1 });
    const { generation } = opened();
    expect(socket.asked("look").at(-1)).toMatchObject({ generation, look: { example: 0, node: 2, row: 0, column: 1 } });
  });

  test("can bring a new layout without starting a new history", () => {
    build();
    show(2);
    const history = kept.history.value;
    socket.reply({ ...NET, layout: { ...NET.layout, layout: 2 }, generation: opened().generation });
    show(2);
    expect([run.graph.value?.layout.layout, kept.history.value]).toEqual([2, history]);
  });
});

describe("a connection that came back", () => {
  function comeBack(): void {
    vi.useFakeTimers();
    socket.close();
    vi.advanceTimersByTime(1000);
    socket = FakeSocket.last;
    socket.open();
  }

  test("is told the experiment, its edits and the step that was shown", () => {
    build();
    show(7);
    void run.editRate(0.5);
    comeBack();
    expect(socket.asked("open")).toMatchObject([{ experiment: EXPERIMENT, step: 7, edits: [{ step: 7, value: 0.5 }] }]);
  });

  test("goes on with the history it had", () => {
    build();
    for (const step of [2, 3]) show(step);
    comeBack();
    build();
    expect(steps()).toEqual([1, 2, 3]);
  });
});

test("unit pictures are asked for only where the input is a line or a plane", () => {
  build();
  void run.askResponses();
  expect(socket.asked("respond")).toHaveLength(1);
  state.change({ ...EXPERIMENT, batch: 8 });
  build(network(64, [10]));
  void run.askResponses();
  expect(socket.asked("respond")).toHaveLength(1);
});
