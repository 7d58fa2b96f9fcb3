import { render } from "preact";
import { expect, test } from "vitest";

import { Brand, Icon } from "./icons";

test("an icon is drawn in the colour of its words and is silent to a screen reader", () => {
  const root = document.createElement("div");
  render(<Icon name="play" size={18} />, root);
  const svg = root.querySelector("svg");
  expect(svg?.getAttribute("aria-hidden")).toBe("true");
  expect(svg?.getAttribute("width")).toBe("18");
  expect(svg?.getAttribute("fill")).toBe("currentColor");
});

test("the mark of Backflow is five bars, each taller than the one on its left", () => {
  const root = document.createElement("div");
  render(<Brand />, root);
  const heights = [...root.querySelectorAll("rect")].map((bar) => Number(bar.getAttribute("height")));
  expect(heights).toHaveLength(5);
  expect(heights).toEqual([...heights].sort((a, b) => a - b));
});

test("nothing is styled inline, which the page's policy refuses", () => {
  const root = document.createElement("div");
  render(
    <>
      <Icon name="grip" />
      <Brand />
    </>,
    root,
  );
  expect(root.innerHTML).not.toContain("style=");
});
