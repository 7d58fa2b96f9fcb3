import { describe, expect, test } from "vitest";

import { frameBytes, frameOf, NET, NUMBERS } from "../fixtures";
import { entry, Frame, readHeader, readResponses, RESPONSES } from "./frame";

const [weight1, bias1] = NET.parameters as [(typeof NET.parameters)[0], (typeof NET.parameters)[0]];

describe("the header", () => {
  test("is read field by field, little-endian, from its forty bytes", () => {
    const bytes = frameBytes({ id: 7, generation: 70_000, step: 25, losses: [3, 2, 1], example: 2 });
    expect(readHeader(bytes)).toEqual({
      form: 1,
      id: 7,
      generation: 70_000,
      layout: 1,
      step: 25,
      epoch: 2,
      count: 3,
      extra: 2,
      faultNode: -1,
      faultPhase: "forward",
    });
  });

  test("names the node and the phase of the first number that broke", () => {
    const fault = readHeader(frameBytes({ faultNode: 2, faultPhase: "backward" }));
    expect(fault).toMatchObject({ faultNode: 2, faultPhase: "backward" });
  });

  test("of another version is refused with what was expected, what came and what to do", () => {
    expect(() => readHeader(frameBytes({ version: 9 }))).toThrow(
      "frame version 1 expected, 9 came: reload the page",
    );
  });
});

describe("a frame", () => {
  test("finds every section of the layout at its place", () => {
    const frame = frameOf();
    for (const [name, numbers] of Object.entries(NUMBERS))
      expect([name, [...frame.section(name)]]).toEqual([name, numbers.map(Math.fround)]);
  });

  test("copies nothing: a section is a view of the bytes that came", () => {
    const bytes = frameBytes();
    const frame = new Frame(readHeader(bytes), bytes, NET.layout);
    expect(frame.section("before").buffer).toBe(bytes);
    new DataView(bytes).setFloat32(40, 42, true);
    expect(frame.loss).toBe(42);
  });

  test("keeps the loss of each step that was done behind its sections", () => {
    expect([...frameOf({ step: 3, losses: [0.75, 0.5, 0.25] }).losses]).toEqual([0.75, 0.5, 0.25]);
  });

  test("names its scalars", () => {
    const { loss, testLoss, accuracy, learningRate, target } = frameOf();
    expect([loss, testLoss, accuracy, learningRate, target]).toEqual(
      [0.693, 0.71, 0.5, 0.03, 1].map(Math.fround),
    );
  });

  test("says in which step the run broke, and where", () => {
    expect(frameOf().broken).toBeNull();
    const later = frameOf({ step: 9, faultStep: 4, faultNode: 2, faultPhase: "backward" });
    expect(later.broken).toEqual({ step: 4, node: 2, phase: "backward" });
  });

  test("gives the input for the value before the first node", () => {
    expect([...frameOf().value(-1)]).toEqual([0.5, -2]);
    expect([...frameOf().value(2)]).toEqual([Math.fround(-0.51)]);
  });

  test("has nothing under a name its layout lacks", () => {
    expect(frameOf().section("value:99")).toHaveLength(0);
    expect(frameOf().slope(0)).toHaveLength(0);
  });

  test("has three norms a parameter: before the update, of the gradient, of the update", () => {
    const norms = (parameter: number) =>
      (["before", "gradient", "update"] as const).map((of) => frameOf().norm(of, parameter));
    expect(norms(0)).toEqual([2, 0.075, 0.002].map(Math.fround));
    expect(norms(3)).toEqual([0.1, 0.02, 0.0006].map(Math.fround));
    expect(norms(-1)[0]).toBeNaN();
  });
});

describe("an entry of a parameter", () => {
  test("is found by its strides, here of a matrix stored by columns", () => {
    const frame = frameOf();
    const rows = [0, 1, 2].map((i) => [0, 1].map((j) => entry(frame, weight1, "before", i, j)));
    expect(rows).toEqual(
      [
        [0.1, 0.4],
        [0.2, 0.5],
        [0.3, 0.6],
      ].map((row) => row.map(Math.fround)),
    );
  });

  test("of a vector needs no column", () => {
    expect(entry(frameOf(), bias1, "gradient", 2)).toBe(Math.fround(0.003));
  });

  test("that the frame does not carry is NaN", () => {
    expect(entry(frameOf(), { ...weight1, offset: -1 }, "before", 0, 0)).toBeNaN();
    expect(entry(frameOf(), weight1, "before", 500, 0)).toBeNaN();
  });
});

describe("responses", () => {
  /** Two units on a grid of 2 × 2 and a surface of 3 × 3. */
  function responses(): ArrayBuffer {
    const bytes = new ArrayBuffer(40 + 4 * 3 + 2 * 4 + 9);
    new Uint8Array(bytes).set(new Uint8Array(frameBytes({ form: RESPONSES, step: 12 }).slice(0, 40)));
    const view = new DataView(bytes);
    view.setUint32(24, 2, true);
    view.setUint32(28, (2 << 16) | 3, true);
    [0.5, 2, 4].forEach((scale, k) => view.setFloat32(40 + 4 * k, scale, true));
    for (let k = 0; k < 17; k++) view.setInt8(52 + k, k - 8);
    return bytes;
  }

  test("are signed grids unit by unit, then the surface, each with its scale", () => {
    const bytes = responses();
    const found = readResponses(readHeader(bytes), bytes);
    expect(found).toMatchObject({ step: 12, side: 2, surfaceSide: 3, surfaceScale: 4 });
    expect([...found.scales]).toEqual([0.5, 2, 4]);
    expect(found.grids.map((grid) => [...grid])).toEqual([
      [-8, -7, -6, -5],
      [-4, -3, -2, -1],
    ]);
    expect([...found.surface]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("copy nothing", () => {
    const bytes = responses();
    expect(readResponses(readHeader(bytes), bytes).grids[0]?.buffer).toBe(bytes);
  });
});
