import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, describe, expect, test } from "vitest";

import { frameOf, NET } from "../fixtures";
import { position } from "../state/moment";
import { frame, graph, samples, unsampled } from "../state/run";
import { example, select, type Selection } from "../state/selection";
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

describe("a weight's gradient from each example", () => {
  const weight = { kind: "weight", node: 2, row: 0, column: 1 } as const;
  const sampled = { kind: "sampled", id: 1, generation: 1, step: 1, parameter: "2.weight", index: [0, 1] } as const;

  function slider(): HTMLElement {
    act(() => select(weight));
    act(() => void (samples.value = { ...sampled, index: [0, 1], gradients: [-0.3, 0.1, 0.2, 0.4] }));
    return root.querySelector("[role=slider]") as HTMLElement;
  }

  test("stands beside their mean, and says which one is shown", () => {
    expect(slider().getAttribute("aria-valuetext")).toBe("Example 1 of 4: −0.3000");
    const exact = (id: string) => root.querySelector(`[data-testid=inspector-${id}]`)?.getAttribute("data-exact");
    expect([exact("alone"), exact("each-mean")]).toEqual(["-0.3", "0.1"]);
  });

  test("is chosen by keys, no further than the batch goes", () => {
    const press = (key: string): void => void slider().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    const chosen = ["ArrowLeft", "End", "Home"].map((key) => (press(key), example.value));
    expect(chosen).toEqual([0, 3, 0]);
  });

  test("of another weight is not shown for this one", () => {
    slider();
    act(() => void (samples.value = { ...sampled, index: [0, 0], gradients: [1, 1, 1, 1] }));
    expect(root.querySelector("[role=slider]")).toBeNull();
  });

  test("is said not to be had in the words of the service", () => {
    const fault = { where: "network", code: "too_many_samples", expected: "", came: "", values: { limit: "20", came: "21" } };
    act(() => select(weight));
    act(() => void (unsampled.value = fault));
    expect(root.querySelector("[data-testid=inspector-unsampled]")?.textContent).toContain("21");
    unsampled.value = null;
  });
});
