import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { frameOf } from "../fixtures";
import { destination } from "../state/journey";
import { frame, trouble } from "../state/run";
import { linkBroken } from "../state/address";
import { connected, place } from "../wire/connection";
import type { Fault, Problems } from "../wire/messages";
import { Notices } from "./Notices";

let root: HTMLElement;

beforeEach(() => {
  connected.value = true;
  root = document.createElement("div");
  act(() => render(<Notices />, root));
});

afterEach(() => {
  [trouble.value, linkBroken.value, destination.value, place.value, frame.value] = [null, false, null, 0, null];
  act(() => render(null, root));
});

const TOO_FAR: Fault = { where: "step", code: "less_than_equal", expected: "at most 9", came: "12", values: { limit: "9" } };
const refused = (reason: Problems["reason"]): Problems => ({ kind: "problems", id: 1, generation: 1, reason, problems: [TOO_FAR] });

describe("what is wrong", () => {
  test("is told as it is, and is no fault of ours unless it is one", () => {
    act(() => void (trouble.value = refused("message")));
    expect(root.textContent).toContain("at most 9; it was 12");
    expect(root.textContent).not.toContain("went wrong");
    act(() => void (trouble.value = refused("fault")));
    expect(root.textContent).toContain("went wrong in Backflow");
  });

  test("goes when it is put away", () => {
    act(() => void (trouble.value = refused("message")));
    act(() => root.querySelector("button")?.click());
    expect([root.textContent, trouble.value]).toEqual(["", null]);
  });
});

describe("a place in line", () => {
  test("is told politely, and goes when one is let in", () => {
    act(() => void (place.value = 3));
    expect(root.textContent).toBe(""); // the stage says so, in large letters
    act(() => void (frame.value = frameOf({ step: 1 })));
    expect(root.textContent).toContain("number 3 in line");
    expect(root.querySelector("[role=status]")).not.toBeNull();
    act(() => void (place.value = 0));
    expect(root.textContent).toBe("");
  });
});

describe("a long way", () => {
  test("is told with where it leads and how far it is, until it is there", () => {
    act(() => {
      frame.value = frameOf({ step: 12_000 });
      destination.value = 88_609;
    });
    expect(root.textContent).toMatch(/88609.*12000/);
    act(() => void (destination.value = null));
    expect(root.textContent).toBe("");
  });

  test("can be ended", () => {
    act(() => void (destination.value = 500));
    act(() => root.querySelector("button")?.click());
    expect(destination.value).toBeNull();
  });

  test("gives way to what is wrong with the line", () => {
    act(() => {
      destination.value = 500;
      connected.value = false;
    });
    expect(root.textContent).not.toContain("500");
  });
});
