import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, expect, test } from "vitest";

import { change, experiment } from "../state/experiment";
import { NORMAL, speed } from "../state/moment";
import { catalogue } from "../state/run";
import { catalogue as small, spiral } from "./catalogue.fixture";
import { Examples } from "./Examples";

let list: HTMLSelectElement;

function choose(name: string): void {
  list.value = name;
  act(() => void list.dispatchEvent(new Event("change", { bubbles: true })));
}

beforeEach(() => {
  catalogue.value = { ...small, examples: [spiral, { ...spiral, name: "another", batch: 8 }] };
  change(spiral);
  const root = document.createElement("div");
  act(() => render(<Examples />, root));
  list = root.querySelector("select") as HTMLSelectElement;
});

test("an example that is chosen is opened, and begins so that one can follow", () => {
  speed.value = NORMAL + 6;
  choose("another");
  expect([experiment.value?.name, speed.value]).toEqual(["another", NORMAL]);
});

test("choosing what is none of them changes neither the experiment nor the speed", () => {
  speed.value = NORMAL + 6;
  choose("");
  expect([experiment.value?.name, speed.value]).toEqual(["spiral", NORMAL + 6]);
});

test("an example that was edited is shown as an experiment of one's own", () => {
  expect(list.value).toBe("spiral");
  act(() => change({ ...spiral, batch: 16 }));
  expect(list.value).toBe("");
});
