import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

import { EXPERIMENT } from "../fixtures";
import { change, experiment } from "../state/experiment";
import * as loop from "../state/loop";
import { dial, NORMAL, playing, speed, SPEEDS } from "../state/moment";
import { panel } from "../state/view";
import { startKeys } from "./keys";

vi.mock("../state/loop", () => ({ toggle: vi.fn(), stepBy: vi.fn(), restart: vi.fn() }));

/** Press a key on an element, given or to be made; answers whether the page took it. */
function press(key: string, on: string | Element = "<p></p>", more: KeyboardEventInit = {}): boolean {
  if (typeof on === "string") document.body.innerHTML = on;
  const target = typeof on === "string" ? (document.body.firstElementChild as HTMLElement) : on;
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
    expect(dial.value).toBe("operation");
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

  test("are the page's in a field too, which is left first: what it takes then is what is undone", () => {
    change(named("c"));
    document.body.innerHTML = "<input>";
    const field = document.body.firstElementChild as HTMLInputElement;
    field.addEventListener("blur", () => change(named("typed")));
    field.focus();
    expect(press("z", field, { ctrlKey: true })).toBe(true);
    expect([experiment.value?.name, document.activeElement === field]).toEqual(["c", false]);
    press("z", field, { ctrlKey: true, shiftKey: true });
    expect(experiment.value?.name).toBe("typed");
  });
});

describe("a key belongs to", () => {
  test.each([
    ["a field", " ", "<input>"],
    ["a field", "c", "<textarea></textarea>"],
    ["a field", "[", "<select></select>"],
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

  describe("a button", () => {
    /** Space on the label of a button. */
    const space = (reachedByKeys: boolean): boolean => {
      document.body.innerHTML = "<button><span></span></button>";
      const button = document.body.firstElementChild as HTMLButtonElement;
      button.focus();
      const visible = vi
        .spyOn(button, "matches")
        .mockImplementation((which) => which === ":focus-visible" && reachedByKeys);
      const taken = press(" ", button.firstElementChild as Element);
      expect(visible).toHaveBeenCalled();
      return taken;
    };

    test("that was reached by keys: Space presses it", () => {
      expect(space(true)).toBe(false);
      expect(loop.toggle).not.toHaveBeenCalled();
    });

    test("that was clicked no longer: Space plays", () => {
      expect(space(false)).toBe(true);
      expect(loop.toggle).toHaveBeenCalledOnce();
    });
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
