import { beforeEach, afterEach, describe, expect, test, vi } from "vitest";

import { EXPERIMENT, frameBytes, NET, network } from "../fixtures";
import { FakeSocket } from "../wire/socket.fixture";

type Run = typeof import("./run");
let run: Run;
let state: typeof import("./experiment");
let kept: typeof import("./history");
let picked: typeof import("./selection");
let socket: FakeSocket;

/** Let promises come to what they are settled with. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Answer the newest request to open: the graph, then its first frame. */
function build(graph = NET, step = 1): void {
  const { id, generation } = socket.asked("open").at(-1) ?? { id: 0, generation: 0 };
  socket.reply({ ...graph, id, generation });
  socket.reply(frameBytes({ id, generation, step }));
}

function show(step: number): void {
  socket.reply(frameBytes({ generation: socket.asked("open").at(-1)?.generation ?? 0, step }));
}

beforeEach(async () => {
  vi.resetModules();
  vi.stubGlobal("WebSocket", FakeSocket);
  [run, state, kept, picked] = await Promise.all([
    import("./run"),
    import("./experiment"),
    import("./history"),
    import("./selection"),
  ]);
  state.change(EXPERIMENT);
  run.start("https://example.org/under/a/path/");
  socket = FakeSocket.last;
  socket.open();
});

afterEach(() => vi.unstubAllGlobals());

describe("opening", () => {
  test("asks under the path the page came from, by a secure socket from a secure page", () => {
    expect(socket.url).toBe("wss://example.org/under/a/path/ws");
  });

  test("sends the experiment once it is connected", () => {
    expect(socket.asked("open").at(-1)).toMatchObject({ experiment: EXPERIMENT, edits: [], step: 1 });
  });

  test("shows a graph together with its first frame, never alone", () => {
    socket.reply({ ...NET, generation: socket.asked("open").at(-1)?.generation });
    expect([run.graph.value, run.frame.value]).toEqual([null, null]);
    build();
    expect(run.graph.value?.nodes).toEqual(NET.nodes);
    expect(run.frame.value?.step).toBe(1);
  });

  test("again after an edit of the experiment starts from the first step with a new history", () => {
    build();
    show(2);
    state.change({ ...EXPERIMENT, batch: 8 });
    expect(socket.asked("open").at(-1)).toMatchObject({ experiment: { batch: 8 }, step: 1 });
    build();
    expect(kept.history.value?.records.map(({ step }) => step)).toEqual([1]);
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
});

describe("an answer about an experiment that has been replaced", () => {
  test("is not shown", () => {
    build();
    const old = socket.asked("open").at(-1)?.generation ?? 0;
    state.change({ ...EXPERIMENT, batch: 8 });
    socket.reply(frameBytes({ generation: old, step: 99 }));
    socket.reply({ kind: "problems", id: 9, generation: old, reason: "fault", problems: [] });
    expect([run.frame.value?.step, run.trouble.value]).toEqual([1, null]);
  });
});

describe("problems", () => {
  const problems = [{ where: "batch", code: "range", expected: "1 or more", came: "0", values: {} }];
  const told = (reason: string) => {
    const { id, generation } = socket.asked("open").at(-1) ?? { id: 0, generation: 0 };
    socket.reply({ kind: "problems", id, generation, reason, problems });
  };

  test("of the experiment go to their fields, and leave when one is built", () => {
    build();
    state.change({ ...EXPERIMENT, batch: 0 });
    told("experiment");
    expect([state.problemsAt("batch"), run.trouble.value]).toEqual([problems, null]);
    state.change(EXPERIMENT);
    build();
    expect(state.problems.value).toEqual([]);
  });

  test("of ours are told apart, and a stale request is no problem", () => {
    told("stale");
    expect(run.trouble.value).toBeNull();
    told("fault");
    expect([run.trouble.value?.reason, state.problems.value]).toEqual(["fault", []]);
  });
});

describe("editing the learning rate", () => {
  test("holds from the step shown on and forgets what came later", () => {
    build();
    for (const step of [2, 3, 2]) show(step);
    void run.editRate(0.5);
    const edit = { kind: "learning_rate", step: 2, value: 0.5 };
    expect(socket.asked("edit").at(-1)).toMatchObject({ edit });
    expect(run.edits.value).toEqual([edit]);
    expect(kept.history.value?.records.map(({ step }) => step)).toEqual([1, 2]);
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
  test("is asked for when the selection changes, of the generation that runs", () => {
    build();
    picked.select({ kind: "weight", node: 2, row: 0, column: 1 });
    const { generation } = socket.asked("open").at(-1) ?? {};
    expect(socket.asked("look").at(-1)).toMatchObject({ generation, look: { example: 0, node: 2, row: 0, column: 1 } });
  });

  test("can bring a new layout without starting a new history", () => {
    build();
    show(2);
    const history = kept.history.value;
    const layout = { ...NET.layout, layout: 2 };
    socket.reply({ ...NET, layout, generation: run.graph.value?.generation });
    show(2);
    expect([run.graph.value?.layout.layout, kept.history.value]).toEqual([2, history]);
  });
});

describe("a connection that came back", () => {
  test("is told the experiment, its edits and the step that was shown", async () => {
    vi.useFakeTimers();
    build();
    show(7);
    void run.editRate(0.5);
    socket.close();
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    socket = FakeSocket.last;
    socket.open();
    await settled();
    expect(socket.asked("open")).toMatchObject([{ experiment: EXPERIMENT, step: 7, edits: [{ step: 7, value: 0.5 }] }]);
  });
});

test("a moment is opened at its step with its edits, once", () => {
  build();
  const edits = [{ kind: "learning_rate", step: 3, value: 0.1 } as const];
  void run.openAt({ ...EXPERIMENT, name: "other" }, edits, 12);
  const opened = socket.asked("open").filter(({ experiment }) => experiment.name === "other");
  expect(opened).toMatchObject([{ step: 12, edits }]);
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
