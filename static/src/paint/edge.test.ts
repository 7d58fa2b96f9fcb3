import { describe, expect, test } from "vitest";

import { curve, pointAt } from "./bezier";
import { drawBand, drawEdge, type EdgeLook } from "./edge";
import { DASHES, DOTS } from "./marks";
import { Recording } from "./recording";
import { edgeOpacity, edgeWidth } from "./scale";
import { DARK, LIGHT } from "./themes";

const edge = curve({ x: 0, y: 0 }, { x: 200, y: 100 });

function drawn(look: Partial<EdgeLook>): Recording {
  const recording = new Recording();
  const before = recording.state;
  drawEdge(recording.context, edge, { value: 0.01, palette: DARK, ...look });
  expect(recording.state).toEqual(before);
  return recording;
}

describe("an edge", () => {
  test("says its size by width and opacity", () => {
    for (const value of [1e-9, 1e-3, 5]) {
      const [line] = drawn({ value }).strokes;
      expect(line).toMatchObject({ width: edgeWidth(value), alpha: edgeOpacity(value), glow: 0 });
    }
  });

  test("says its sign twice, by hue and by dashes", () => {
    expect(drawn({ value: 0.5 }).strokes[0]).toMatchObject({ style: DARK.pos, dash: [] });
    expect(drawn({ value: -0.5 }).strokes[0]).toMatchObject({ style: DARK.neg, dash: DASHES });
  });

  test("not reached is dotted whatever its value", () => {
    for (const value of [3, -3, Number.NaN])
      expect(drawn({ value, reached: false, arrow: "backward" }).painted).toMatchObject([
        { kind: "stroke", style: DARK.control, dash: DOTS, cap: "round" },
      ]);
  });

  test("fades without changing its width", () => {
    expect(drawn({ fade: 0.33 }).strokes[0]).toMatchObject({
      width: edgeWidth(0.01),
      alpha: edgeOpacity(0.01) * 0.33,
    });
  });

  test("of zero keeps a hairline without a sign", () => {
    expect(drawn({ value: 0, arrow: "forward" }).painted).toMatchObject([
      { style: DARK.dim, dash: [], width: 0.8 },
    ]);
  });

  test("off the scale is told by its mark in the arrowhead's place", () => {
    const marks = (value: number) => drawn({ value, arrow: "backward" }).painted.slice(2);
    expect(marks(Number.NaN)[0]).toMatchObject({ kind: "stroke", style: DARK.alarm });
    expect(marks(-Infinity)[0]).toMatchObject({ kind: "stroke", style: DARK.alarm });
    expect(marks(-250)[0]).toMatchObject({ kind: "fill", style: DARK.neg });
  });

  test("selected is at full strength in a gap of the stage's colour, and glows on dark ground only", () => {
    const [gap, line] = drawn({ selected: true, fade: 0.33 }).strokes;
    expect(gap).toMatchObject({ style: DARK.stage, width: edgeWidth(0.01) + 4, glow: 0 });
    expect(line).toMatchObject({ style: DARK.pos, alpha: 1 });
    expect(line?.glow).toBeGreaterThan(0);
    expect(drawn({ selected: true, palette: LIGHT }).strokes.every(({ glow }) => glow === 0)).toBe(true);
  });
});

describe("an arrowhead", () => {
  const tips = (arrow: "forward" | "backward") => drawn({ arrow }).fills[0]?.points ?? [];

  test("sits at 42 % and points the way the values go", () => {
    const at = pointAt(edge, 0.42);
    const [, forward] = tips("forward");
    const [, backward] = tips("backward");
    expect(forward?.[0]).toBeGreaterThan(at.x);
    expect(forward?.[1]).toBeGreaterThan(at.y);
    expect(backward?.[0]).toBeLessThan(at.x);
    expect(backward?.[1]).toBeLessThan(at.y);
  });

  test("waits until the front has passed its place", () => {
    expect(drawn({ arrow: "backward", span: { from: 150, to: Infinity } }).fills).toHaveLength(0);
    expect(drawn({ arrow: "backward", span: { from: 20, to: Infinity } }).fills).toHaveLength(1);
  });
});

describe("a span", () => {
  test("leaves only its part of the edge", () => {
    const points = drawn({ span: { from: 80, to: Infinity } }).strokes[0]?.points ?? [];
    const ends = [points[0]?.[0], points.at(-1)?.[0]];
    expect(ends[0]).toBeCloseTo(200, 4);
    expect(ends[1]).toBeCloseTo(80, 4);
    expect(drawn({ span: { from: -Infinity, to: 80 } }).strokes[0]?.points[0]).toEqual([0, 0]);
  });

  test("beside the edge leaves nothing", () => {
    expect(drawn({ span: { from: 200, to: 300 } }).painted).toHaveLength(0);
    expect(drawn({ span: { from: -50, to: 0 } }).painted).toHaveLength(0);
  });

  test("never moves the dashes: strokes start where the edge is not cut", () => {
    const start = (from: number) => drawn({ value: -1, span: { from, to: Infinity } }).strokes[0]?.points[0];
    expect([10, 90, 170].map(start)).toEqual([
      [200, 100],
      [200, 100],
      [200, 100],
    ]);
  });
});

describe("the band", () => {
  function band(value: number, x: number, direction: "forward" | "backward"): Recording {
    const recording = new Recording();
    const before = recording.state;
    drawBand(recording.context, edge, { value, palette: DARK, x, direction });
    expect(recording.state).toEqual(before);
    return recording;
  }

  test("is brightest at the front and gone 96 pixels behind it", () => {
    expect(band(1, 90, "backward").strokes[0]?.style).toBe(
      `from 90 to 186: ${DARK.posHi} at 0, ${DARK.posHi}00 at 1`,
    );
    expect(band(-1, 120, "forward").strokes[0]?.style).toBe(
      `from 120 to 24: ${DARK.negHi} at 0, ${DARK.negHi}00 at 1`,
    );
  });

  test("lies on the edge, with its width and its dashes", () => {
    expect(band(-1, 90, "backward").strokes[0]).toMatchObject({ width: edgeWidth(-1), dash: DASHES });
    expect(band(-1, 90, "backward").strokes[0]?.points[0]).toEqual([200, 100]);
  });

  test("is not drawn for zero or where it does not touch the edge", () => {
    expect(band(0, 90, "backward").painted).toHaveLength(0);
    expect(band(1, 400, "backward").painted).toHaveLength(0);
    expect(band(1, -200, "backward").painted).toHaveLength(0);
  });
});
