import { describe, expect, test } from "vitest";

import { DASHES, DOTS } from "./marks";
import { Recording } from "./recording";
import { edgeWidth } from "./scale";
import { DARK, LIGHT } from "./themes";
import { drawUnit, type UnitLook } from "./unit";

const picture = {} as CanvasImageSource;

function drawn(look: Partial<UnitLook>, size = 38): Recording {
  const recording = new Recording();
  const before = recording.state;
  drawUnit(
    recording.context,
    { x: 100, y: 50, size },
    { response: picture, ring: null, palette: DARK, ...look },
  );
  expect(recording.state).toEqual(before);
  return recording;
}

describe("a unit", () => {
  test("shows its response inside rounded corners", () => {
    const image = drawn({ fade: 0.62 }).painted.find(({ kind }) => kind === "image");
    expect(image).toMatchObject({
      points: [
        [81, 31],
        [119, 69],
      ],
      alpha: 0.62,
      clip: 1,
    });
  });

  test("without a picture shows its value: hue by sign, and a hatch where negative", () => {
    expect(drawn({ response: null, value: 0.5 }).fills.map(({ style }) => style)).toContain(DARK.pos);
    expect(drawn({ response: null, value: 0.5 }).strokes).toHaveLength(0);
    expect(drawn({ response: null, value: -0.5 }).fills.map(({ style }) => style)).toContain(DARK.neg);
    expect(drawn({ response: null, value: -0.5 }).strokes).toMatchObject([{ style: DARK.stage, clip: 1 }]);
  });

  test("without picture or value is a plain tile", () => {
    expect(drawn({ response: null }).fills.map(({ style }) => style)).toEqual([DARK.stage, DARK.raised]);
  });

  test("that has no error has no ring", () => {
    expect(drawn({}).strokes).toHaveLength(0);
  });
});

describe("the ring", () => {
  test("says size by width and sign by hue and dashes", () => {
    expect(drawn({ ring: 0.6 }).strokes[0]).toMatchObject({
      style: DARK.pos,
      dash: [],
      width: 0.8 + 0.7 * edgeWidth(0.6),
    });
    expect(drawn({ ring: -0.6 }).strokes[0]).toMatchObject({ style: DARK.neg, dash: DASHES });
  });

  test("is dotted before the pass has come", () => {
    expect(drawn({ ring: "not reached" }).strokes).toMatchObject([
      { style: DARK.control, dash: DOTS, cap: "round" },
    ]);
  });

  test("off the scale has its mark at the upper right", () => {
    for (const ring of [0, 1e-12, 300, Number.NaN, Infinity]) {
      const last = drawn({ ring }).strokes.at(-1);
      for (const [x, y] of last?.points ?? []) {
        expect(x).toBeGreaterThan(110);
        expect(y).toBeLessThan(40);
      }
      expect(drawn({ ring }).strokes).toHaveLength(2);
    }
    expect(drawn({ ring: Number.NaN }).strokes[0]?.style).toBe(DARK.alarm);
  });
});

test("a selected unit has a ring of the focus colour 7 pixels outside", () => {
  expect(drawn({ selected: true }).strokes).toMatchObject([
    {
      style: DARK.focus,
      width: 1.5,
      points: [
        [74, 24],
        [126, 76],
      ],
    },
  ]);
});

test("the kept value glows in its hue on dark ground and is a firm line on light ground", () => {
  const halo = { value: -0.2, share: 0.5 };
  expect(drawn({ halo }).strokes[0]).toMatchObject({ style: DARK.neg, alpha: 0.5, glow: 16 });
  expect(drawn({ halo, palette: LIGHT }).strokes[0]).toMatchObject({
    style: LIGHT.neg,
    glow: 0,
    dash: DASHES,
  });
  expect(drawn({ halo: { value: 1, share: 0 } }).strokes).toHaveLength(0);
});

test("what surrounds a small unit shrinks with it", () => {
  const [[left = 0] = []] = drawn({ selected: true }, 19).strokes[0]?.points ?? [];
  expect(100 - 19 / 2 - left).toBeCloseTo(3.5, 9);
});
