import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

import { EXPERIMENT } from "../fixtures";
import { change, experiment } from "../state/experiment";
import * as loop from "../state/loop";
import { dial, NORMAL, playing, speed, SPEEDS } from "../state/moment";
import { panel } from "../state/view";
import { startKeys } from "./keys";

vi.mock("../state/loop", () => ({ toggle: vi.fn(), stepBy: vi.fn(), restart: vi.fn() }));

/** Press a key on an element; answers whether the page took it. */
function press(key: string, on: string = "<p></p>", more: KeyboardEventInit = {}): boolean {
  document.body.innerHTML = on;
  const target = document.body.firstElementChild as HTMLElement;
  return !target.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
  );
}

beforeAll(startKeys);
beforeEach(() => {
  [dial.value, speed.value, panel.value, playing.value] = ["operation", NORMAL, "stage", false];
});
afterEach(() => vi.clearAllMocks());

describe("the film", () => {
  test("is played and stopped by Space", () => {
    expect(press(" ")).toBe(true);
    expect(loop.toggle).toHaveBeenCalledOnce();
  });

  test("is stepped by the arrows and begun again by Home", () => {
    for (const key of ["ArrowLeft", "ArrowRight", "Home"]) expect(press(key)).toBe(true);
    expect(vi.mocked(loop.stepBy).mock.calls).toEqual([[-1], [1]]);
    expect(loop.restart).toHaveBeenCalledOnce();
  });

  test("has its dial turned by the brackets, to its ends and no further", () => {
    press("]");
    expect(dial.value).toBe("layer");
    for (let k = 0; k < 9; k++) press("]");
    expect(dial.value).toBe("epoch");
    for (let k = 0; k < 9; k++) press("[");
    expect(dial.value).toBe("term");
  });

  test("is made faster and slower by plus and minus, to its ends and no further", () => {
    press("+");
    press("=");
    expect(speed.value).toBe(NORMAL + 2);
    for (let k = 0; k < 20; k++) press("-");
    expect(speed.value).toBe(0);
    for (let k = 0; k < 20; k++) press("+");
    expect(speed.value).toBe(SPEEDS.length - 1);
  });
});

test("C brings the charts and takes them away again", () => {
  press("c");
  expect(panel.value).toBe("charts");
  press("C");
  expect(panel.value).toBe("stage");
});

describe("undo and redo", () => {
  const named = (name: string) => ({ ...EXPERIMENT, name });

  test("are Ctrl Z and Ctrl Shift Z", () => {
    change(named("a"));
    change(named("b"));
    expect(press("z", "<p></p>", { ctrlKey: true })).toBe(true);
    expect(experiment.value?.name).toBe("a");
    press("Z", "<p></p>", { metaKey: true, shiftKey: true });
    expect(experiment.value?.name).toBe("b");
  });

  test("belong to a field while one is typed in", () => {
    change(named("c"));
    expect(press("z", "<input>", { ctrlKey: true })).toBe(false);
    expect(experiment.value?.name).toBe("c");
  });
});

describe("a key belongs to", () => {
  test.each([
    ["a field", " ", "<input>"],
    ["a field", "c", "<textarea></textarea>"],
    ["a field", "[", "<select></select>"],
    ["a focused button", " ", "<button></button>"],
    ["a link", " ", "<a href='#'></a>"],
    ["a slider", "ArrowRight", "<input type=range>"],
    ["a slider", "Home", "<div role=slider></div>"],
    ["tabs", "ArrowLeft", "<div role=tablist></div>"],
  ])("%s: %j on %s", (_, key, on) => {
    expect(press(key, on)).toBe(false);
    expect([loop.toggle, loop.stepBy, loop.restart].map((mock) => vi.mocked(mock).mock.calls)).toEqual([
      [],
      [],
      [],
    ]);
    expect([dial.value, panel.value]).toEqual(["operation", "stage"]);
  });

  test("the browser with Ctrl, Alt or Command, and to an input method while it composes", () => {
    for (const more of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }, { isComposing: true }])
      expect(press("c", "<p></p>", more)).toBe(false);
    expect(panel.value).toBe("stage");
  });

  test("a slider only for its arrows: the others still reach the page", () => {
    expect(press(" ", "<input type=range>")).toBe(true);
    expect(loop.toggle).toHaveBeenCalledOnce();
  });

  test("nobody else once it has been taken", () => {
    document.body.innerHTML = "<p></p>";
    const target = document.body.firstElementChild as HTMLElement;
    target.addEventListener("keydown", (event) => event.preventDefault());
    target.dispatchEvent(new KeyboardEvent("keydown", { key: " ", bubbles: true, cancelable: true }));
    expect(loop.toggle).not.toHaveBeenCalled();
  });
});
