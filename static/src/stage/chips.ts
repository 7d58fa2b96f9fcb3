/** Chips: the two numbers a selected weight's gradient is made of, each beside what it explains. */
import { format } from "../numbers";
import { hue, type Palette } from "../paint/palette";
import { errorMadeBy, isSpread, sourceOf } from "../state/flow";
import { reachedAt } from "../state/moment";
import { t } from "../words/words";
import { obstacles, standing, type Rectangle, type Side } from "./beside";
import type { Box, StageLayout } from "./layout";
import type { StageLook } from "./look";
import type { Scene } from "./scene";

export function drawChips(context: CanvasRenderingContext2D, scene: Scene, { selection, palette, shows }: StageLook): void {
  if (selection?.kind !== "weight" || shows === "batch" || isSpread(scene.graph, selection.node)) return; // one example's
  const bundle = scene.bundles.find((b) => b.to.linear === selection.node);
  const taken = obstacles(scene.layout);
  const source = bundle?.from.units[selection.column];
  const target = bundle?.to.units[selection.row];
  if (!bundle || !target) return;
  if (source && scene.values[bundle.from.index]) {
    const kept = scene.frame.value(sourceOf(scene.graph, selection.node))[selection.column] ?? NaN;
    const symbol = bundle.from.index === 0 ? "x" : "a";
    const order = bundle.from.index === 0 ? (["over", "under", "left"] as const) : (["left", "over", "under"] as const);
    taken.push(chip(context, { symbol, value: kept, note: t("stage.kept"), box: source, order, palette }, scene.layout, taken));
  }
  if (reachedAt(scene.graph, "backward", errorMadeBy(scene.graph, selection.node), scene.position)) {
    const error = scene.frame.delta(bundle.to.linear)[selection.row] ?? NaN;
    chip(context, { symbol: "δ", value: error, note: "", box: target, order: ["right", "over", "under", "left"], palette }, scene.layout, taken);
  }
}

interface Chip {
  symbol: string;
  value: number;
  note: string;
  box: Box;
  /** Where it may stand, the best first. */
  order: readonly Side[];
  palette: Palette;
}

/** Draws a chip where it covers nothing; answers its place. */
function chip(
  context: CanvasRenderingContext2D,
  { symbol, value, note, box, order, palette }: Chip,
  layout: StageLayout,
  taken: readonly Rectangle[],
): Rectangle {
  const words = format(value, true);
  context.save();
  context.font = `500 13px ${palette.sans}`;
  const measured = context.measureText(words).width;
  context.font = `11px ${palette.sans}`;
  const width = Math.max(measured + 29, context.measureText(note).width + 18);
  const height = note ? 38 : 24;
  const place = standing(box, { width, height }, order, layout, taken);
  const { x, y } = place;
  context.fillStyle = palette.raised;
  context.strokeStyle = palette.lineStrong;
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(x, y, width, height, 8);
  context.fill();
  context.stroke();
  context.fillStyle = palette.ink;
  context.font = `italic 15px ${palette.serif}`;
  context.fillText(symbol, x + 8, y + 16.5);
  context.font = `500 13px ${palette.sans}`;
  context.fillStyle = value === 0 ? palette.ink : hue(palette, value);
  context.fillText(words, x + 21, y + 16.5);
  context.fillStyle = palette.ink3;
  context.font = `11px ${palette.sans}`;
  if (note) context.fillText(note, x + 8, y + 31);
  context.restore();
  return place;
}
