import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, expect, test, vi } from "vitest";

import type { Setting } from "../wire/messages";
import { rate, units } from "./catalogue.fixture";
import { Field } from "./Form";

const size = { ...units, name: "unflattened_size", default: [1, 8, 8], length: 3, shortest: 2 };
const set = vi.fn<(value: unknown) => void>();
let root: HTMLElement;

function show(values: number[] | null, setting: Setting = size): HTMLButtonElement[] {
  act(() => render(<Field setting={setting} value={values} at="network.layers.0" onSet={set} />, root));
  return [...root.querySelectorAll("button")];
}

beforeEach(() => {
  set.mockClear();
  root = document.createElement("div");
});

test("of several numbers whose count is free, one can be taken away or added within the limits", () => {
  const fewer = show([1, 8, 8]);
  expect(fewer.map((button) => button.textContent)).toEqual(["−"]);
  act(() => fewer[0]?.click());
  const more = show([8, 8]);
  expect(more.map((button) => button.textContent)).toEqual(["+"]);
  act(() => more[0]?.click());
  expect(set.mock.calls).toEqual([[[1, 8]], [[8, 8, 1]]]);
});

test("several numbers of a fixed count are as many as they are", () => {
  expect(show([3, 3], { ...size, length: 2 })).toEqual([]);
  expect(root.querySelectorAll("input")).toHaveLength(2);
});

test("several numbers that may be left empty come and go together", () => {
  const stride = { ...size, name: "stride", default: null, length: 2, shortest: 2, optional: true };
  const empty = show(null, stride);
  expect(root.textContent).toContain("none");
  expect(empty.map((button) => button.textContent)).toEqual(["+"]);
  act(() => empty[0]?.click());
  const full = show([2, 2], stride);
  expect(full.map((button) => button.textContent)).toEqual(["−"]);
  act(() => full[0]?.click());
  expect(set.mock.calls).toEqual([[[1, 1]], [null]]);
});

test("a value that is allowed and deserves a word has its sentence below it, and no other value has", () => {
  const said = (value: number) => {
    act(() => render(<Field setting={rate} value={value} at="optimizer.lr" onSet={set} />, root));
    return root.querySelector(".builder-note")?.textContent;
  };
  expect(said(0)).toContain("no weight moves");
  expect(said(0.1)).toBeUndefined();
});
