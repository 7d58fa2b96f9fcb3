import { describe, expect, test } from "vitest";

import { network } from "../fixtures";
import { obstacles, standing, type Rectangle } from "./beside";
import { layoutOf, type Box, type Column } from "./layout";

const CHIP = { width: 90, height: 24 };
const covers = (place: Rectangle, taken: readonly Rectangle[]) =>
  taken.filter((other) => place.x < other.x + other.width && other.x < place.x + place.width && place.y < other.y + other.height && other.y < place.y + place.height);

describe("a chip", () => {
  test("stands on the side it is meant for where that is free", () => {
    const layout = layoutOf(network(2, [4, 1]), 880, 420);
    const unit = layout.columns[1]?.units[1] as Box;
    const place = standing(unit, CHIP, ["right", "over"], layout, obstacles(layout));
    expect([place.x, place.y]).toEqual([unit.x + unit.width / 2 + 9, unit.y - 12]);
  });

  test.each([
    ["seven layers of eight on a desk", [8, 8, 8, 8, 8, 8, 1], 696, 350],
    ["two layers on a phone", [3, 1], 362, 300],
    ["many units", [40, 40, 1], 880, 420],
  ] as const)("covers no unit, and lies inside the stage: %s", (_, widths, width, height) => {
    const layout = layoutOf(network(2, widths), width, height);
    const taken = obstacles(layout);
    for (const column of layout.columns as Column[])
      for (const unit of column.units) {
        const place = standing(unit, CHIP, ["right", "over", "under", "left"], layout, taken);
        expect(covers(place, taken)).toEqual([]);
        expect(place.x).toBeGreaterThanOrEqual(0);
        expect(place.x + place.width).toBeLessThanOrEqual(width);
        expect(place.y).toBeGreaterThanOrEqual(0);
      }
  });

  test("gives way to another chip", () => {
    const layout = layoutOf(network(2, [8, 8, 8, 8, 8, 8, 1]), 696, 350);
    const [one, two] = [layout.columns[2]?.units[0], layout.columns[3]?.units[0]] as [Box, Box];
    const taken = obstacles(layout);
    const first = standing(one, CHIP, ["left", "over"], layout, taken);
    expect(covers(standing(two, CHIP, ["right", "over"], layout, [...taken, first]), [first])).toEqual([]);
  });
});
