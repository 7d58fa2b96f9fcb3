import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, expect, test, vi } from "vitest";

import { units } from "./catalogue.fixture";
import { NumberInput } from "./NumberInput";

const taken = vi.fn<(value: number | null) => void>();
const end = { ...units, optional: true };
let root: HTMLElement;

function show(value: number | null, setting = units): HTMLInputElement {
  act(() => render(<NumberInput setting={setting} value={value} onTake={taken} />, root));
  return root.querySelector("input") as HTMLInputElement;
}

function type(input: HTMLInputElement, text: string): void {
  input.value = text;
  act(() => void input.dispatchEvent(new InputEvent("input", { bubbles: true })));
}

function press(input: HTMLInputElement, key: string, more: KeyboardEventInit = {}): void {
  act(
    () =>
      void input.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
      ),
  );
}

beforeEach(() => {
  taken.mockClear();
  root = document.createElement("div");
});

test("a number is taken on Enter, not while it is being typed", () => {
  const input = show(8);
  type(input, "16");
  expect(taken).not.toHaveBeenCalled();
  press(input, "Enter");
  expect(taken.mock.calls).toEqual([[16]]);
});

test("a number is taken on leaving the field, once", () => {
  const input = show(8);
  type(input, "16");
  press(input, "Enter");
  act(() => void input.dispatchEvent(new FocusEvent("blur")));
  expect(taken).toHaveBeenCalledTimes(1);
});

test("what cannot be taken is not sent; it stays, with its reason, till Escape brings the value back", () => {
  const input = show(8);
  type(input, "0");
  press(input, "Enter");
  expect(taken).not.toHaveBeenCalled();
  expect([input.value, input.getAttribute("aria-invalid")]).toEqual(["0", "true"]);
  expect(root.querySelector("[role=alert]")?.textContent).toContain("from 1 to 4096");
  press(input, "Escape");
  expect([input.value, root.querySelector("[role=alert]")]).toEqual(["8", null]);
});

test("arrow keys step from what was typed, if it is a number, else from the value", () => {
  const input = show(8);
  press(input, "ArrowDown");
  type(input, "20");
  press(input, "ArrowUp", { shiftKey: true });
  type(input, "twenty");
  press(input, "ArrowUp");
  expect(taken.mock.calls).toEqual([[7], [30], [9]]);
});

test("Alt with an arrow is left to the list of layers", () => {
  press(show(8), "ArrowUp", { altKey: true });
  expect(taken).not.toHaveBeenCalled();
});

test("a value changed from outside, as by undo, replaces what was typed", () => {
  type(show(8), "12");
  expect(show(9).value).toBe("9");
});

test("an optional number may be emptied, and says that there is none", () => {
  const input = show(8, end);
  type(input, " ");
  press(input, "Enter");
  expect(taken.mock.calls).toEqual([[null]]);
  expect(show(null, end)).toMatchObject({ value: "", placeholder: "none" });
  press(show(null, end), "ArrowUp");
  expect(taken).toHaveBeenLastCalledWith(2);
});

test("a number that is not optional cannot be emptied", () => {
  const input = show(8);
  type(input, "");
  press(input, "Enter");
  expect(taken).not.toHaveBeenCalled();
  expect(input.getAttribute("aria-invalid")).toBe("true");
});
