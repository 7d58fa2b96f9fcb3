import { describe, expect, test } from "vitest";

import { EXPERIMENT } from "../fixtures";
import { fromFragment, toFragment } from "./link";

const moment = {
  experiment: { ...EXPERIMENT, name: "나선 분류 ∂L/∂W 🙂 ???>>>" },
  edits: [{ kind: "learning_rate", step: 3, value: 0.1 } as const],
  step: 17,
  position: 4.25,
};

/** A fragment that holds any text at all. */
function holding(text: string): string {
  return `#m=${btoa(text)}`;
}

describe("a link to a moment", () => {
  test("comes back as it was, Korean and all", () => {
    expect(fromFragment(toFragment(moment))).toEqual(moment);
  });

  test("needs no letter that an address would escape", () => {
    for (let k = 0; k < 3; k++) {
      const fragment = toFragment({
        ...moment,
        experiment: { ...EXPERIMENT, name: `${"x".repeat(k)}>>>???` },
      });
      expect(fragment).toMatch(/^#m=[A-Za-z0-9_-]+$/);
      expect(fragment).toMatch(/-.*_/); // + and / as they are told there
      expect(fromFragment(fragment)?.experiment.name).toBe(`${"x".repeat(k)}>>>???`);
    }
  });

  test("without step, place or edits is the start of the experiment", () => {
    expect(fromFragment(holding('{"experiment":{}}'))).toEqual({
      experiment: {},
      edits: [],
      step: 1,
      position: 0,
    });
  });
});

describe("a fragment that holds no moment", () => {
  test.each([
    ["nothing", ""],
    ["another fragment", "#stage"],
    ["no content", "#m="],
    ["letters outside base64", "#m=%%%"],
    ["a length base64 does not have", "#m=abcde"],
    ["no JSON", holding("experiment")],
    ["null", holding("null")],
    ["a number", holding("7")],
    ["an experiment that is none", holding('{"experiment":"spiral"}')],
    ["no experiment", holding('{"step":3}')],
    ["a moment cut short", toFragment(moment).slice(0, -9)],
  ])("%s: is passed over", (_, fragment) => {
    expect(fromFragment(fragment)).toBeNull();
  });

  test.each([
    ["edits that are no list", '"edits":7', { edits: [] }],
    ["a step between steps", '"step":2.5', { step: 1 }],
    ["a step in words", '"step":"3"', { step: 1 }],
    ["a place before the start", '"position":-3', { position: 0 }],
    ["a place in words", '"position":"end"', { position: 0 }],
  ])("%s: only that is passed over", (_, part, expected) => {
    expect(fromFragment(holding(`{"experiment":{},${part}}`))).toMatchObject(expected);
  });
});
