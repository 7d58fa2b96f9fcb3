import { afterEach, beforeAll, describe, expect, test } from "vitest";

import { AT, frameOf, NET, NUMBERS, type FrameFacts } from "../fixtures";
import type { Visit } from "../wire/messages";
import { locale, speak, type Locale } from "../words/words";
import { narrate } from "./narration";

beforeAll(() => speak("ko"));

afterEach(() => {
  locale.value = "en";
});

function told(at: number, facts: FrameFacts = {}, language: Locale = "en"): string {
  locale.value = language;
  const { title, text } = narrate(NET, frameOf(facts), NET.visits[at] as Visit, "AdamW");
  return `${title} ${text}`;
}

/** Norms with others for the gradients of W1 and W2. */
function gradients(first: number, second: number): FrameFacts {
  const norms = [...(NUMBERS["norms"] as number[])];
  [norms[4], norms[6]] = [first, second];
  return { numbers: { norms } };
}

describe("the sentence of a visit", () => {
  test.each([
    ["a forward layer", AT.linear1, ["1", "2"]],
    ["a forward activation", AT.tanh, ["Tanh", "1", "2"]],
    ["the last forward layer", AT.linear2, ["2"]],
    ["the loss", AT.loss, ["4", "0.6930"]],
    ["the start of backward", AT.backLoss, ["δ"]],
    ["the last layer backward", AT.backLinear2, ["2", "δ × a", "0.03750"]],
    ["an activation backward", AT.backTanh, ["Tanh", "1", "f′(z)"]],
    ["a layer backward", AT.backLinear1, ["1", "2", "δ × a", "0.07500", "2.0"]],
    ["the update", AT.update, ["AdamW", "0.001000", "0.004000"]],
  ])("of %s names what it is about and its numbers, in both languages", (_, at, parts) => {
    for (const language of ["en", "ko"] as const)
      for (const part of parts) expect(told(at, {}, language)).toContain(part);
  });

  test("leaves no name without its value", () => {
    for (let at = 0; at < AT.end; at++)
      for (const language of ["en", "ko"] as const)
        expect(told(at, {}, language)).not.toMatch(/[{}]|undefined|NaN/);
  });

  test("is in the language of the page", () => {
    for (let at = 0; at < AT.end; at++) {
      expect(told(at)).not.toMatch(/\p{Script=Hangul}/u);
      expect(told(at, {}, "ko")).toMatch(/\p{Script=Hangul}/u);
    }
  });

  test("is different for every visit", () => {
    expect(new Set(Array.from({ length: AT.end }, (_, at) => told(at))).size).toBe(AT.end);
  });
});

describe("how a gradient compares with the layer it came from", () => {
  test.each([
    [0.075, 0.075, "1.0 times"],
    [0.001, 0.5, "0.0020 times"],
    [1.99e-9, 1e-3, "2.0e−6 times"],
    [24.6, 2, "12 times"],
    [99.7, 1, "100 times"],
    [300, 2, "150 times"],
    [3e7, 2, "1.5e7 times"],
    [0, 2, "0 times"],
  ])("%f beside %f is told in two digits: %s", (first, second, words) => {
    expect(told(AT.backLinear1, gradients(first, second))).toContain(` ${words} layer 2`);
  });

  test("is left out where the other is zero", () => {
    for (const first of [0, 1]) expect(told(AT.backLinear1, gradients(first, 0))).not.toContain("times");
  });
});

test("an update of weights that were all zero is no share of them", () => {
  const norms = [...(NUMBERS["norms"] as number[])];
  [norms[0], norms[2]] = [0, 0];
  for (const language of ["en", "ko"] as const)
    expect(told(AT.update, { numbers: { norms } }, language)).not.toMatch(/NaN|∞/);
});

describe("a number that broke", () => {
  const fault: FrameFacts = { faultNode: 1, faultPhase: "forward" };

  test("is told from where the pass came to it on, and not before", () => {
    const broke = Array.from({ length: AT.end }, (_, at) => told(at, fault).includes("NaN"));
    expect(broke).toEqual([false, true, true, true, true, true, true, true, true]);
  });

  test("going back is told only going back", () => {
    const broke = Array.from({ length: AT.end }, (_, at) =>
      told(at, { faultNode: 2, faultPhase: "backward" }).includes("NaN"),
    );
    expect(broke.indexOf(true)).toBe(AT.backLinear2);
  });

  test("is named by its layer, its kind and its phase", () => {
    for (const part of ["Tanh", "1"]) expect(told(AT.end - 1, fault)).toContain(part);
    expect(told(AT.end - 1, fault)).not.toBe(told(AT.end - 1, { ...fault, faultPhase: "backward" }));
  });
});
