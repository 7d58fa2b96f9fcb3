import { beforeEach, expect, test, vi } from "vitest";

import { EXPERIMENT } from "../fixtures";
import type { Fault } from "../wire/messages";

type State = typeof import("./experiment");
let state: State;

beforeEach(async () => {
  vi.resetModules();
  state = await import("./experiment");
});

const named = (name: string) => ({ ...EXPERIMENT, name });
const name = () => state.experiment.value?.name;

test("a change can be undone and made again", () => {
  for (const each of ["a", "b", "c"]) state.change(named(each));
  state.undo();
  state.undo();
  expect(name()).toBe("a");
  state.redo();
  expect([name(), state.canUndo.value, state.canRedo.value]).toEqual(["b", true, true]);
  state.redo();
  expect([name(), state.canRedo.value]).toEqual(["c", false]);
});

test("the first experiment replaces none, so there is nothing to undo", () => {
  state.change(named("a"));
  expect(state.canUndo.value).toBe(false);
  state.undo();
  state.redo();
  expect(name()).toBe("a");
});

test("a change after an undo starts another story", () => {
  for (const each of ["a", "b"]) state.change(named(each));
  state.undo();
  state.change(named("c"));
  expect(state.canRedo.value).toBe(false);
  state.undo();
  expect(name()).toBe("a");
});

test("a hundred changes can be undone, and no more are kept", () => {
  for (let k = 0; k <= 150; k++) state.change(named(String(k)));
  let undone = 0;
  while (state.canUndo.value) {
    state.undo();
    undone += 1;
  }
  expect([undone, name()]).toEqual([100, "50"]);
});

test("undo gives back the very same experiment, so that nothing is opened twice", () => {
  const first = named("a");
  state.change(first);
  state.change(named("b"));
  state.undo();
  expect(state.experiment.value).toBe(first);
});

test("problems are found at their place and at every place around it", () => {
  const at = (where: string): Fault => ({ where, code: "range", expected: "", came: "", values: {} });
  state.problems.value = [at("network.layers.1"), at("network.layers.10"), at("batch")];
  const found = (where: string) => state.problemsAt(where).map((problem) => problem.where);
  expect(found("network.layers.1")).toEqual(["network.layers.1"]);
  expect(found("network")).toEqual(["network.layers.1", "network.layers.10"]);
  expect(found("net")).toEqual([]);
});
