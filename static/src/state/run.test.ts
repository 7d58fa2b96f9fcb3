import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { EXPERIMENT, frameBytes, NET, network } from "../fixtures";
import type { Edit as EditRequest } from "../wire/messages";
import { openPage, settled, type Page } from "./page.fixture";

let page: Page;
beforeEach(async () => {
  page = await openPage();
});
afterEach(() => vi.unstubAllGlobals());

describe("opening", () => {
  test("asks under the path the page came from, by a secure socket from a secure page", () => {
    expect(page.socket.url).toBe("wss://example.org/under/a/path/ws");
  });

  test("sends the experiment, to begin at its first step", () => {
    expect(page.socket.asked("open")).toMatchObject([{ experiment: EXPERIMENT, edits: [], step: 1 }]);
  });

  test("shows a graph together with its first frame, never alone", () => {
    page.socket.reply({ ...NET, generation: page.opened.generation });
    expect([page.run.graph.value, page.run.frame.value]).toEqual([null, null]);
    page.build();
    expect([page.run.graph.value?.nodes, page.run.frame.value?.step]).toEqual([NET.nodes, 1]);
  });

  test("does not open again what it takes over from the service", () => {
    page.build(NET, { ...page.opened, experiment: { ...EXPERIMENT, name: "filled in" } });
    expect(page.experiment.experiment.value?.name).toBe("filled in");
    expect(page.socket.asked("open")).toHaveLength(1);
  });

  test("another experiment starts from the first step with a new history", () => {
    page.build();
    page.show(2);
    page.experiment.change({ ...EXPERIMENT, batch: 8 });
    expect(page.opened).toMatchObject({ experiment: { batch: 8 }, step: 1 });
    page.build();
    expect(page.steps).toEqual([1]);
  });

  test("keeps the selection in the same network and drops it in another", () => {
    page.build();
    page.selection.select({ kind: "unit", node: 1, row: 0 });
    page.experiment.change({ ...EXPERIMENT, batch: 8 });
    page.build();
    expect(page.selection.selection.value).not.toBeNull();
    page.experiment.change({ ...EXPERIMENT, batch: 16 });
    page.build(network(2, [5, 1]));
    expect(page.selection.selection.value).toBeNull();
  });

  test("at a moment names its step and its edits, and shows the rate they led to", () => {
    page.build();
    const edits = [{ kind: "learning_rate", step: 3, value: 0.5 } as const];
    void page.run.openAt({ ...EXPERIMENT, batch: 8 }, edits, 12);
    expect(page.opened).toMatchObject({ experiment: { batch: 8 }, step: 12, edits });
    page.build();
    expect([page.experiment.experiment.value?.optimizer.lr, page.run.frame.value?.step]).toEqual([0.5, 12]);
    expect(page.run.runNow()).toEqual({ experiment: { ...EXPERIMENT, batch: 8 }, edits, step: 12 });
    expect(page.socket.asked("open")).toHaveLength(2);
  });
});

describe("editing the learning rate", () => {
  /** Answer the newest edit with the frame it was made at. */
  const answered = async (edited: Promise<void>): Promise<void> => {
    const { id, generation, edit } = page.socket.asked("edit").at(-1) as EditRequest;
    page.socket.reply(frameBytes({ id, generation, step: edit.step }));
    await edited;
  };

  test("holds from the step shown on and forgets what came later", async () => {
    page.build();
    for (const step of [2, 3, 2]) page.show(step);
    const edited = page.run.editRate(0.5);
    const edit = { kind: "learning_rate", step: 2, value: 0.5 };
    expect(page.socket.asked("edit")).toMatchObject([{ edit }]);
    const recorded = page.history.recorded.value;
    await answered(edited);
    expect([page.run.edits.value, page.steps]).toEqual([[edit], [1, 2]]);
    expect(page.history.recorded.value).toBeGreaterThan(recorded + 1); // what is drawn of it is drawn again
  });

  test("forgets frames, too, that were on their way when it was made", async () => {
    page.build();
    page.show(2);
    const edited = page.run.editRate(0.5);
    for (const step of [3, 4]) page.show(step);
    await answered(edited);
    expect(page.steps).toEqual([1, 2]);
  });

  test("takes the place of an edit at the same step and of those after it", async () => {
    page.build();
    for (const [step, value] of [
      [2, 0.1],
      [5, 0.2],
      [5, 0.3],
      [4, 0.4],
    ] as const) {
      page.show(step);
      await answered(page.run.editRate(value));
    }
    expect(page.run.edits.value).toMatchObject([
      { step: 2, value: 0.1 },
      { step: 4, value: 0.4 },
    ]);
  });

  test("leaves edits of other things at the same step alone", async () => {
    const frozen = { kind: "freeze", step: 2, layer: "0", frozen: true } as const;
    page.build();
    page.run.edits.value = [frozen];
    page.show(2);
    await answered(page.run.editRate(0.5));
    expect(page.run.edits.value).toEqual([frozen, { kind: "learning_rate", step: 2, value: 0.5 }]);
  });

  test("is not opened again as an experiment of its own", () => {
    page.build();
    const changed = { ...EXPERIMENT, batch: 8 };
    page.run.adopt(changed);
    page.experiment.change(changed);
    expect(page.socket.asked("open")).toHaveLength(1);
  });
});

describe("what is looked at", () => {
  test("is asked for when the selection changes", () => {
    page.build();
    page.selection.select({ kind: "weight", node: 2, row: 0, column: 1 });
    const { generation } = page.opened;
    expect(page.socket.asked("look").at(-1)).toMatchObject({
      generation,
      look: { example: 0, node: 2, row: 0, column: 1 },
    });
  });

  test("can bring a new layout without starting a new history", () => {
    page.build();
    page.show(2);
    const history = page.history.history.value;
    page.selection.select({ kind: "weight", node: 2, row: 0, column: 1 });
    const { id = 0, generation = 0 } = page.socket.asked("look").at(-1) ?? {};
    page.socket.reply({ ...NET, layout: { ...NET.layout, layout: 2 }, id, generation });
    page.socket.reply(frameBytes({ id, generation, step: 2 }));
    expect([page.run.graph.value?.layout.layout, page.history.history.value]).toEqual([2, history]);
  });
});

describe("a connection that came back", () => {
  test("is told the experiment, its edits and the step that was shown", async () => {
    page.build();
    await settled();
    page.show(7);
    void page.run.editRate(0.5);
    page.comeBack();
    expect(page.socket.asked("open")).toMatchObject([
      { experiment: EXPERIMENT, step: 7, edits: [{ step: 7, value: 0.5 }] },
    ]);
  });

  test("goes on with the history it had", () => {
    page.build();
    for (const step of [2, 3]) page.show(step);
    page.comeBack();
    page.build();
    expect(page.steps).toEqual([1, 2, 3]);
  });

  describe("while an experiment was asked for", () => {
    const asked = { ...EXPERIMENT, batch: 8 };
    const opened = () => page.socket.asked("open").map(({ experiment }) => experiment.batch);
    /** Answer one request to open after another. */
    const answerAll = async (): Promise<void> => {
      for (let k = 0; k < page.socket.asked("open").length; k++) {
        page.build(NET, page.socket.asked("open")[k]);
        await settled();
      }
    };
    beforeEach(async () => {
      page.build();
      await settled();
    });

    test("when the line was down, opens it after what ran", async () => {
      page.lose();
      page.experiment.change(asked);
      await settled();
      page.comeBack();
      await answerAll();
      expect([opened(), page.experiment.experiment.value?.batch]).toEqual([[4, 8], 8]);
    });

    test("when its answer was lost with the line, opens it again", async () => {
      page.experiment.change(asked);
      expect(opened()).toEqual([4, 8]);
      page.lose();
      await settled();
      page.comeBack();
      await answerAll();
      expect([opened(), page.experiment.experiment.value?.batch]).toEqual([[4, 8], 8]);
    });

    test("opens only the last of several, and once", async () => {
      page.lose();
      page.experiment.change({ ...asked, batch: 16 });
      page.experiment.change(asked);
      await settled();
      page.comeBack();
      await answerAll();
      expect(opened()).toEqual([4, 8]);
      page.comeBack();
      await answerAll();
      expect(opened()).toEqual([8]);
    });

    test("does not put it over one chosen since", async () => {
      page.lose();
      page.experiment.change(asked);
      await settled();
      page.comeBack();
      page.experiment.change({ ...asked, batch: 16 });
      await answerAll();
      expect([opened().at(-1), page.experiment.experiment.value?.batch]).toEqual([16, 16]);
    });

    test("keeps it on the page where the service refuses it", async () => {
      page.lose();
      page.experiment.change(asked);
      await settled();
      page.comeBack();
      page.build(NET, page.socket.asked("open")[0]);
      await settled();
      page.refuse("experiment");
      expect([page.experiment.experiment.value?.batch, page.run.graph.value?.experiment.batch]).toEqual([
        8, 4,
      ]);
    });
  });
});

describe("a step asked for when the line is lost", () => {
  test("is asked again once the run is open where it was, and done once", async () => {
    page.build();
    await settled();
    page.show(5);
    const stepped = page.run.advance(1);
    page.comeBack();
    expect(page.opened).toMatchObject({ step: 5 });
    expect(page.socket.asked("advance")).toEqual([]);
    page.build();
    await settled();
    const [again] = page.socket.asked("advance");
    expect(again).toMatchObject({ steps: 1, generation: page.opened.generation });
    page.socket.reply(frameBytes({ id: again?.id ?? 0, generation: again?.generation ?? 0, step: 6 }));
    expect(await stepped).toMatchObject({ kind: "frame" });
    expect(page.socket.asked("advance")).toHaveLength(1);
    expect(page.run.frame.value?.step).toBe(6);
  });

  test("is forgotten with the experiment it was of", async () => {
    page.build();
    const stepped = page.run.advance(1);
    page.lose();
    page.experiment.change({ ...EXPERIMENT, batch: 8 });
    await settled();
    page.comeBack();
    for (const request of page.socket.asked("open")) page.build(NET, request);
    await settled();
    expect(await stepped).toBeNull();
    expect(page.socket.asked("advance")).toEqual([]);
  });

  test("is not asked for any more while there is no line", () => {
    page.build();
    expect(page.run.outstanding()).toBe(0);
    page.lose();
    expect(page.run.outstanding()).toBe(Infinity);
    vi.useRealTimers();
  });
});

test("unit pictures are asked for only where the input is a line or a plane", () => {
  page.build();
  void page.run.askResponses();
  expect(page.socket.asked("respond")).toHaveLength(1);
  page.experiment.change({ ...EXPERIMENT, batch: 8 });
  page.build(network(64, [10]));
  void page.run.askResponses();
  expect(page.socket.asked("respond")).toHaveLength(1);
});

describe("gradients of each example alone", () => {
  const sampled = { kind: "sampled", step: 1, parameter: "0.weight", index: [0, 1], gradients: [1, 2, 3, 4] };

  const asked = () => page.socket.asked("sample").at(-1)?.id;

  test("are asked for by the entry, and forgotten with the network", () => {
    page.build();
    void page.run.askSamples("0.weight", [0, 1]);
    expect(page.socket.asked("sample")).toMatchObject([{ parameter: "0.weight", index: [0, 1] }]);
    page.socket.reply({ ...sampled, id: asked(), generation: page.opened.generation });
    expect(page.run.samples.value?.gradients).toEqual([1, 2, 3, 4]);
    page.experiment.change({ ...EXPERIMENT, batch: 8 });
    page.build();
    expect(page.run.samples.value).toBeNull();
  });

  test("that are not to be had are said where they would stand, until there is another network", () => {
    page.build();
    const fault = { where: "network.layers.1", code: "mixed_examples", expected: "", came: "BatchNorm1d", values: {} };
    const { generation } = page.opened;
    void page.run.askSamples("0.weight", [0, 1]);
    page.socket.reply({ kind: "problems", id: asked(), generation, reason: "message", problems: [fault] });
    expect([page.run.unsampled.value, page.run.trouble.value]).toEqual([fault, null]);
    page.experiment.change({ ...EXPERIMENT, batch: 8 });
    page.build();
    expect(page.run.unsampled.value).toBeNull();
  });
});
