import { describe, expect, test } from "vitest";

import { AT, frameOf, NET, network } from "../fixtures";
import { DASHES, DOTS } from "../paint/marks";
import { Recording, type Painted } from "../paint/recording";
import { DARK, LIGHT } from "../paint/themes";
import type { Graph } from "../wire/messages";
import { subscript } from "./bridge";
import { layoutOf } from "./layout";
import type { StageLook } from "./look";
import { drawMoving, drawStill, moves, type LeftOut } from "./paint";
import { sceneAt, type Scene } from "./scene";

const LOOK: StageLook = {
  palette: DARK,
  selection: null,
  shows: "example",
  focus: null,
  pictures: () => null,
  input: null,
  most: 1500,
};

function sceneOf(position: number, graph: Graph = NET, { width = 1000, height = 460, live = false } = {}): Scene {
  return sceneAt(graph, layoutOf(graph, width, height), frameOf(), position, "example", live);
}

function drawn(
  scene: Scene,
  look: Partial<StageLook> = {},
): { still: Recording; moving: Recording; left: LeftOut } {
  const [still, moving] = [new Recording(), new Recording()];
  const before = still.state;
  const left = drawStill(still.context, scene, { ...LOOK, ...look });
  drawMoving(moving.context, scene, { ...LOOK, ...look });
  expect([still.state, moving.state]).toEqual([before, before]);
  return { still, moving, left };
}

/** Colours that say the size and sign of a number. */
const COLOURS = [DARK.pos, DARK.neg, DARK.posHi, DARK.negHi];
const coloured = (painted: readonly Painted[]) => painted.filter(({ style }) => COLOURS.includes(style));

describe("the two canvases", () => {
  test.each([
    ["at the start of a layer", AT.linear1, [true, false]],
    ["inside a layer's visit", AT.backLinear2 + 0.5, [false, true]],
    ["during an activation", AT.tanh + 0.5, [false, false]],
    ["during the update", AT.update + 0.5, [true, true]],
    ["at the end", AT.end, [true, true]],
  ])("share the edges by what moves: %s", (_, position, expected) => {
    expect(sceneOf(position).bundles.map(moves)).toEqual(expected);
  });

  test("leave all edges to the still one while steps go by too fast to follow", () => {
    expect(sceneOf(AT.end, NET, { live: true }).bundles.map(moves)).toEqual([false, false]);
  });

  test("the still one says how many edges there are and how many are drawn", () => {
    expect(drawn(sceneOf(AT.end)).left).toEqual({ drawn: 9, total: 9 });
    expect(drawn(sceneOf(AT.end), { most: 4 }).left).toEqual({ drawn: 7, total: 9 });
    const wide = sceneOf(0, network(13, [256, 1]));
    const shown = wide.layout.columns[1]?.units.length ?? NaN;
    expect(drawn(wide, { most: 100 }).left).toEqual({ drawn: 100 + shown, total: 13 * 256 + 256 });
  });

  test("the still one changes within a visit only when its front has arrived", () => {
    const still = (position: number) => drawn(sceneOf(position)).still.painted;
    for (let visit = AT.linear1; visit < AT.end; visit++) {
      for (const within of [0.35, 0.65]) expect(still(visit + within)).toEqual(still(visit + 0.05));
      for (const within of [0.85, 1]) expect(still(visit + within)).toEqual(still(visit + 0.75));
    }
    for (const visit of [AT.loss, AT.backLinear2, AT.backLinear1])
      expect(still(visit + 0.75)).not.toEqual(still(visit + 0.65));
  });
});

describe("before the pass has come", () => {
  test("nothing on the stage has the colour of a number but the inputs", () => {
    const { still, moving } = drawn(sceneOf(AT.linear1));
    expect([coloured(still.painted), coloured(moving.strokes)]).toEqual([[], []]);
    expect(coloured(moving.fills).map(({ style }) => style)).toEqual([DARK.pos, DARK.neg]); // 0.5 and −2
  });

  test("the loss is dotted and without a number", () => {
    const { still } = drawn(sceneOf(AT.loss + 0.5));
    expect(still.texts).not.toContain("0.6930");
    expect(still.strokes.filter(({ dash }) => dash.length > 0 && dash[1] === 4).length).toBeGreaterThan(0);
    expect(drawn(sceneOf(AT.backLoss)).still.texts).toContain("0.6930");
  });

  test("a gradient norm is not told", () => {
    const norms = (position: number) =>
      drawn(sceneOf(position)).still.texts.filter((text) => ["0.07500", "0.03750"].includes(text));
    const [second, first] = [AT.backLinear2, AT.backLinear1];
    expect([second + 0.65, second + 0.75, first + 0.65, first + 0.75].map(norms)).toEqual([
      [],
      ["0.03750"],
      ["0.03750"],
      ["0.07500", "0.03750"],
    ]);
  });

  test("an error's ring is dotted, then has its sign", () => {
    const rings = (position: number) => drawn(sceneOf(position)).moving.strokes.map(({ dash }) => dash);
    expect(rings(AT.backLinear2 + 0.5).filter((dash) => dash[0] === DOTS[0])).toHaveLength(3); // the hidden units still wait
    expect(rings(AT.update).filter((dash) => dash[0] === DOTS[0])).toHaveLength(0);
    expect(rings(AT.backLinear1).filter((dash) => dash[0] === DASHES[0])).toHaveLength(2); // δ of hidden unit 2 and of the output
  });
});

describe("headings", () => {
  test("name the input, the layers with their activations, and the loss", () => {
    const { texts } = drawn(sceneOf(0)).still;
    for (const name of ["Input", "Layer 1", "Tanh", "Layer 2", "Loss"]) expect(texts).toContain(name);
  });

  test("of a layer in its turn stand out", () => {
    const ink = (position: number, name: string) =>
      drawn(sceneOf(position)).still.painted.find(({ text }) => text === name)?.style;
    for (const position of [AT.tanh + 0.5, AT.linear2])
      expect([ink(position, "Layer 1"), ink(position, "Layer 2")]).toEqual([DARK.ink, DARK.ink2]);
    for (const position of [AT.linear2 + 0.5, AT.loss])
      expect([ink(position, "Layer 1"), ink(position, "Layer 2")]).toEqual([DARK.ink2, DARK.ink]);
  });
});

describe("the meters", () => {
  const deep = network(2, [...new Array<number>(7).fill(8), 1]);
  const bridge = (width: number, graph = deep) => {
    const scene = sceneOf(AT.end, graph, { width });
    return drawn(scene).still.painted.filter(({ points: [at] }) => (at?.[1] ?? 0) > scene.layout.bottom + 14);
  };
  const caption = (width: number, graph = deep) => bridge(width, graph).filter(({ text }) => /norm|batch/.test(text ?? ""));

  test.each([880, 720, 390, 320])("say what they are, however narrow they stand: %i px", (width) => {
    for (const graph of [NET, deep])
      expect(caption(width, graph).map(({ text }) => text).join(" ")).toContain("Gradient norm of the batch");
  });

  test("have it beside them or on a line of its own, and never over a meter", () => {
    for (const width of [880, 720, 390, 320])
      for (const graph of [NET, deep])
        for (const { points, text } of caption(width, graph)) {
          const [x = 0, y = 0] = points[0] ?? [];
          const covered = bridge(width, graph).filter(
            ({ kind, points: [at] }) =>
              kind === "fill" && at && at[0] < x + 6 * (text?.length ?? 0) && at[1] < y + 2 && at[1] > y - 11,
          );
          expect([width, covered]).toEqual([width, []]);
        }
  });

  test("without room for their layer's symbol share one", () => {
    expect(caption(390).at(0)?.text).toContain("‖∂L/∂W‖");
    expect(caption(880, NET).at(0)?.text).not.toContain("‖∂L/∂W‖");
  });
});

test("how many units are drawn is told above the line of the meters", () => {
  const scene = sceneOf(AT.end, network(2, [2048, 1]), { height: 400 });
  const { painted } = drawn(scene).moving;
  const told = painted.find(({ text }) => text?.includes("2,048"))?.points[0]?.[1] ?? NaN;
  const line = drawn(scene).still.strokes.find(({ points: [a, b] }) => a?.[0] === 8 && a[1] === b?.[1])?.points[0]?.[1] ?? NaN;
  expect(told).toBeGreaterThan(scene.layout.bottom);
  expect(told + 2).toBeLessThan(line);
});

test("a stage too low for meters tells no norms", () => {
  const norms = (height: number) =>
    drawn(sceneOf(AT.end, NET, { height })).still.texts.filter((text) => text.includes("∂L/∂W"));
  expect([norms(180).length, norms(460).length]).toEqual([0, 2]);
});

test("the front is one line from top to bottom, and none at the end", () => {
  const lines = (position: number) => {
    const scene = sceneOf(position);
    const { x } = scene.front ?? { x: NaN };
    return drawn(scene).moving.strokes.filter(
      ({ style, points }) => style === DARK.light && points.every(([at]) => at === x),
    );
  };
  expect([lines(AT.linear1 + 0.5).length, lines(AT.backTanh + 0.5).length, lines(AT.end).length]).toEqual([
    1, 1, 0,
  ]);
});

describe("a selected weight", () => {
  const selection = { kind: "weight", node: 2, row: 0, column: 1 } as const;
  const chips = (position: number, shows: StageLook["shows"] = "example") =>
    drawn(sceneOf(position), { selection, shows }).moving.texts.filter((text) =>
      ["−0.7160", "−0.5000"].includes(text),
    );

  test("lies over everything at full strength, in both themes", () => {
    for (const palette of [DARK, LIGHT]) {
      for (const position of [AT.backTanh + 0.5, AT.end]) {
        const { strokes } = drawn(sceneOf(position), { selection, palette }).moving;
        // −0.5 · −0.716, then its update 0.008
        expect(strokes.some(({ style, alpha }) => style === palette.pos && alpha === 1)).toBe(true);
      }
    }
  });

  test("is shown with the two numbers its gradient is made of, each when it is known", () => {
    expect([AT.tanh, AT.linear2, AT.backLinear2, AT.end].map((position) => chips(position))).toEqual([
      [],
      ["−0.7160"],
      ["−0.7160", "−0.5000"],
      ["−0.7160", "−0.5000"],
    ]);
  });

  test("has none of them beside the batch's sum: they are one example's", () => {
    expect(chips(AT.end, "batch")).toEqual([]);
  });

  test("is drawn in its own visit though it is too weak to be among the strongest", () => {
    const { strokes } = drawn(sceneOf(AT.backLinear2 + 0.9), { selection, most: 1 }).moving;
    expect(strokes.some(({ alpha, style }) => alpha === 1 && style === DARK.pos)).toBe(true);
  });
});

test("a layer's number stands below the line", () => {
  expect([1, 10, 207].map(subscript)).toEqual(["₁", "₁₀", "₂₀₇"]);
});
