/** Pictures inside the stage: what each unit answers over the input plane, and the input itself where it is one. */
import { paint, Thumbnails } from "../canvas/pixels";
import { fillPicture } from "../paint/response";
import type { Palette } from "../paint/palette";
import type { Frame, Responses } from "../wire/frame";
import type { Graph } from "../wire/messages";
import type { Pictures } from "./units";

const SIZE = 38;
const thumbnails = new Thumbnails();
const canvas = globalThis.document?.createElement("canvas");

/** By column and row; null where the input cannot be drawn on a plane. */
export function unitPictures(graph: Graph, responses: Responses | null, palette: Palette): Pictures {
  if (!responses) return () => null;
  const starts = startsOf(graph);
  const ratio = Math.min(2, devicePixelRatio || 1);
  const grid = { side: responses.side, size: Math.round(SIZE * ratio), ratio };
  return (column, row) => {
    const values = responses.grids[(starts[column] ?? -1) + row];
    return values ? thumbnails.response(`${column}.${row}`, values, grid, palette) : null;
  };
}

/** Where the grids of each column's last node begin: the input's come first, then those of every node in turn. */
function startsOf(graph: Graph): number[] {
  const starts = [0];
  let next = graph.data.features;
  for (const [index, node] of graph.nodes.slice(0, -1).entries()) {
    const last = graph.nodes[index + 1]?.column !== node.column;
    if (last) starts[node.column] = next;
    next += node.units;
  }
  return starts;
}

export function inputPicture(graph: Graph, frame: Frame, palette: Palette): CanvasImageSource | null {
  const side = graph.data.picture?.[0];
  if (!side || !canvas) return null;
  const grid = { side, size: side * 8, ratio: 1 };
  paint(canvas, grid, (pixels) => fillPicture(pixels, frame.value(-1), grid, palette));
  return canvas;
}
