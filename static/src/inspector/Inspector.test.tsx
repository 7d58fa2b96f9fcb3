import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, describe, expect, test } from "vitest";

import { frameOf, NET } from "../fixtures";
import { position } from "../state/moment";
import { frame, graph } from "../state/run";
import { select, type Selection } from "../state/selection";
import { Inspector } from "./Inspector";

let root: HTMLElement;

beforeEach(() => {
  graph.value = { ...NET, data: { ...NET.data, feature_names: ["sepal length", "sepal width"] } };
  frame.value = frameOf();
  position.value = NET.visits.length;
  root = document.createElement("div");
  act(() => render(<Inspector />, root));
});

function title(chosen: Selection | null): string {
  act(() => select(chosen));
  return root.querySelector("h2")?.textContent ?? "";
}

describe("the head names what is selected", () => {
  test.each([
    ["the loss", { kind: "layer", node: 3 }, "Loss BCEWithLogitsLoss"],
    ["an input, by its whole name", { kind: "unit", node: -1, row: 0 }, "Input sepal length"],
    ["all inputs", { kind: "layer", node: -1 }, "Inputs 2"],
    ["a layer", { kind: "layer", node: 2 }, "Layer 2"],
    ["nothing, so the step", null, "Step 1"],
  ] as const)("%s", (_, chosen, head) => {
    expect(title(chosen)).toBe(head);
    expect(root.textContent?.includes("nothing selected")).toBe(chosen === null);
  });
});

test("example or batch is a choice only where there are numbers of both", () => {
  const offered = (chosen: Selection | null): boolean => {
    act(() => select(chosen));
    return [...root.querySelectorAll("button")].some(({ textContent }) => textContent === "Batch");
  };
  const weight = { kind: "weight", node: 2, row: 0, column: 1 } as const;
  expect(offered(weight)).toBe(true);
  for (const other of [{ kind: "unit", node: 1, row: 0 }, { kind: "unit", node: -1, row: 0 }, { kind: "layer", node: 1 }, null] as const)
    expect([other, offered(other)]).toEqual([other, false]);
});
