import { afterEach, beforeAll, describe, expect, test } from "vitest";

import { AT, frameOf, NET, NUMBERS, type FrameFacts } from "../fixtures";
import type { Graph, Visit } from "../wire/messages";
import { locale, speak, type Locale } from "../words/words";
import { narrate, type Told } from "./narration";

beforeAll(() => speak("ko"));

afterEach(() => {
  locale.value = "en";
});

const LANGUAGES = ["en", "ko"] as const;

/** The sentence of a visit whose front has arrived, unless told otherwise. */
function told(at: number, facts: FrameFacts = {}, language: Locale = "en", more: Partial<Told> = {}): string {
  locale.value = language;
  const visit = NET.visits[at] as Visit;
  const { title, text } = narrate(NET, frameOf(facts), {
    visit,
    done: true,
    optimizer: "AdamW",
    ...more,
  });
  return `${title} ${text}`;
}

/** Norms with others at some places: of W1 and W2 before at 0 and 2, their gradients at 4 and 6, updates at 8 and 10. */
function norms(changed: Readonly<Record<number, number>>): FrameFacts {
  return { numbers: { norms: (NUMBERS["norms"] as number[]).map((norm, k) => changed[k] ?? norm) } };
}

const gradients = (first: number, second: number) => norms({ 4: first, 6: second });

describe("the sentence of a visit", () => {
  test.each([
    ["a forward layer", AT.linear1, ["1", "2"]],
    ["a forward activation", AT.tanh, ["Tanh", "1", "2"]],
    ["the last forward layer", AT.linear2, ["2"]],
    ["the loss", AT.loss, ["4", "0.6930"]],
    ["the start of backward", AT.backLoss, ["δ"]],
    ["the last layer backward", AT.backLinear2, ["2", "0.03750"]],
    ["an activation backward", AT.backTanh, ["Tanh", "1", "f′(z)"]],
    ["a layer backward", AT.backLinear1, ["1", "2", "0.07500", "2.0"]],
    ["the update", AT.update, ["AdamW", "0.001000", "0.004000"]],
  ])("of %s names what it is about and its numbers, in both languages", (_, at, parts) => {
    for (const language of LANGUAGES)
      for (const part of parts) expect(told(at, {}, language)).toContain(part);
  });

  test("leaves no name without its value", () => {
    for (let at = 0; at < AT.end; at++)
      for (const language of LANGUAGES)
        for (const done of [false, true])
          expect(told(at, {}, language, { done })).not.toMatch(/[{}]|undefined|NaN/);
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

  test("before the first layer says so, instead of a layer 0", () => {
    const dropout = { kind: "Dropout", group: "regularization", path: "0", layer: 0, column: 0, units: 2, shape: [2], sources: [-1] };
    const graph: Graph = { ...NET, nodes: [dropout, ...NET.nodes] };
    for (const language of LANGUAGES)
      for (const phase of ["forward", "backward"] as const) {
        locale.value = language;
        const visit: Visit = { phase, node: 0 };
        const { title } = narrate(graph, frameOf(), { visit, done: true, optimizer: "SGD" });
        expect(title).toContain("1");
        expect(title).not.toMatch(/0|2/);
      }
  });
});

describe("a gradient's norm", () => {
  test("is told once the front has arrived, and not on its way", () => {
    for (const language of LANGUAGES)
      for (const [at, norm] of [
        [AT.backLinear2, "0.03750"],
        [AT.backLinear1, "0.07500"],
      ] as const) {
        expect(told(at, {}, language, { done: true })).toContain(norm);
        const before = told(at, {}, language, { done: false });
        expect(before).not.toContain(norm);
        expect(before).toContain("δ × ");
      }
  });

  test("is beside none in the last layer, which its gradient comes to first", () => {
    expect(told(AT.backLinear2)).not.toContain("times");
  });

  test("of 0 is told as that, and compared with nothing", () => {
    for (const at of [AT.backLinear2, AT.backLinear1]) {
      expect(told(at, gradients(0, 0))).toContain("exactly 0");
      expect(told(at, gradients(0, 0))).not.toContain("times");
      expect(told(at, gradients(0, 0), "en", { done: false })).not.toContain("exactly 0");
    }
    expect(told(AT.backLinear1, gradients(1e-30, 1))).not.toContain("exactly 0");
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
  ])("%f beside %f is told in two digits: %s", (first, second, words) => {
    expect(told(AT.backLinear1, gradients(first, second))).toContain(` ${words} that of layer 2`);
  });

  test("is left out where the other is zero", () => {
    const words = told(AT.backLinear1, gradients(1, 0));
    expect(words).toContain("1.000");
    expect(words).not.toContain("times");
  });
});

describe("an update", () => {
  test("of weights that were all zero is no share of them, but their first step", () => {
    for (const language of LANGUAGES)
      expect(told(AT.update, norms({ 0: 0, 2: 0 }), language)).not.toMatch(/NaN|∞|0\.00/);
    expect(told(AT.update, norms({ 0: 0, 2: 0 }))).toContain("first step");
  });

  test("names the layers whose gradient is 0, which do not move", () => {
    expect(told(AT.update, norms({ 4: 0, 8: 0 }))).toContain("gradient of layer 1 is");
    expect(told(AT.update, norms({ 6: 0, 10: 0 }))).toContain("gradient of layer 2 is");
  });

  test("of nothing at all says so", () => {
    const still = norms({ 4: 0, 6: 0, 8: 0, 10: 0 });
    expect(told(AT.update, still)).toContain("No weight moves");
    expect(told(AT.update, still, "ko")).not.toBe(told(AT.update, norms({ 4: 0, 8: 0 }), "ko"));
  });

  test("by a momentum that outlives the gradient still moves every layer", () => {
    expect(told(AT.update, gradients(0, 0))).toBe(told(AT.update));
  });

  test("by a learning rate of 0 lays it on the rate, and not on gradients that are not 0", () => {
    const rate = (lr: number) => ({ numbers: { ...norms({ 8: 0, 10: 0 }).numbers, scalars: [0.693, 0.71, 0.5, lr, 1] } });
    for (const language of LANGUAGES) {
      expect(told(AT.update, rate(0), language)).not.toMatch(/exactly 0|정확히|0에서 0|0 to 0/);
      expect(told(AT.update, rate(0), language)).not.toBe(told(AT.update, rate(0.03), language));
    }
    expect(told(AT.update, rate(0))).toContain("learning rate is 0");
  });

  test("names the layers that keep their weights, though they have a gradient", () => {
    for (const language of LANGUAGES) expect(told(AT.update, norms({ 8: 0 }), language)).toMatch(/1.*0\.004000/);
    expect(told(AT.update, norms({ 8: 0 }))).not.toContain(" 0 to");
  });
});

test("the loss has no number before the pass has come to it", () => {
  for (const language of LANGUAGES) {
    expect(told(AT.loss, {}, language, { done: false })).not.toContain("0.6930");
    expect(told(AT.loss, {}, language, { done: false })).toContain("4");
  }
});

describe("a number that broke", () => {
  const fault: FrameFacts = { faultStep: 5, faultNode: 1, faultPhase: "forward" };
  const broke = (step: number, more: FrameFacts = {}) =>
    Array.from({ length: AT.end }, (_, at) => told(at, { step, ...fault, ...more }).includes("NaN"));

  test("is told from where the pass came to it on, and not before", () => {
    expect(broke(5)).toEqual([false, true, true, true, true, true, true, true, true]);
  });

  test("is not told before the front has come to its end", () => {
    expect(told(AT.tanh, { step: 5, ...fault }, "en", { done: false })).not.toContain("NaN");
  });

  test("going back is told only going back", () => {
    expect(broke(5, { faultNode: 2, faultPhase: "backward" }).indexOf(true)).toBe(AT.backLinear2);
  });

  test("is told at every visit of later steps, and at none of earlier ones", () => {
    expect(broke(6)).toEqual(new Array(AT.end).fill(true));
    expect(broke(4)).toEqual(new Array(AT.end).fill(false));
  });

  test("is named by its step, its layer, its kind and its phase", () => {
    for (const language of LANGUAGES) {
      const words = told(AT.update, { step: 12, ...fault }, language);
      for (const part of ["5", "Tanh", "1"]) expect(words).toContain(part);
      expect(words).not.toContain("12");
      expect(words).not.toBe(
        told(AT.update, { step: 12, ...fault, faultPhase: "backward" }, language),
      );
    }
  });

  test("of the loss is named by its kind, for it is in no layer", () => {
    for (const language of LANGUAGES) {
      const words = told(AT.loss, { step: 5, ...fault, faultNode: 3 }, language);
      expect(words).toContain("BCEWithLogitsLoss");
      expect(words).not.toMatch(/layer|층|3/);
    }
  });
});
