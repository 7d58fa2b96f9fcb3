/** The units of every column, the loss, and the words above and below them. */
import { drawUnit, type UnitLook } from "../paint/unit";
import type { Palette } from "../paint/palette";
import type { Selection } from "../state/selection";
import { format, whole } from "../numbers";
import { locale, t } from "../words/words";
import type { Box, Column } from "./layout";
import type { Scene } from "./scene";

/** The picture of what a unit answers, by column and row; null where there is none. */
export type Pictures = (column: number, row: number) => CanvasImageSource | null;

export interface UnitsLook {
  palette: Palette;
  selection: Selection | null;
  pictures: Pictures;
  input: CanvasImageSource | null;
}

export function drawUnits(context: CanvasRenderingContext2D, scene: Scene, look: UnitsLook): void {
  for (const column of scene.layout.columns) {
    if (column.picture) drawInput(context, column.picture, look);
    for (const [row, box] of column.units.entries()) drawOne(context, scene, column, row, box, look);
    if (column.index === scene.layout.columns.length - 1) {
      drawPoints(context, scene, column, look.palette);
      drawClasses(context, scene, column, look.palette);
    }
    if (column.index === 0 && !column.picture) drawFeatures(context, scene, column, look.palette);
    if (column.total > column.units.length && !column.picture) drawLeftOut(context, column, scene.layout.bottom, look.palette);
  }
}

function drawOne(context: CanvasRenderingContext2D, scene: Scene, column: Column, row: number, box: Box, look: UnitsLook): void {
  const { frame, values, errors } = scene;
  const known = values[column.index] ?? false;
  const backward = scene.visit.phase === "backward" || scene.visit.phase === "update";
  const error = errors[column.index] ? (frame.delta(column.error)[row] ?? NaN) : null;
  const waiting = !known || (backward && column.linear >= 0);
  const value = known ? (frame.value(column.last)[row] ?? NaN) : null;
  drawUnit(context, { x: box.x, y: box.y, size: box.width }, {
    response: look.pictures(column.index, row),
    value,
    ring: error ?? (waiting ? "not reached" : null),
    palette: look.palette,
    selected: isPicked(scene, look.selection, column, row),
    ...spotlight(scene, look.selection, column, row),
    fade: known ? 1 : 0.4,
  });
}

/** Class names beside the outputs; the right answer stands out. */
function drawClasses(context: CanvasRenderingContext2D, scene: Scene, column: Column, palette: Palette): void {
  const names = scene.graph.data.class_names;
  if (column.units.length < 2 || names.length !== column.total) return;
  context.save();
  context.textBaseline = "middle";
  for (const [row, box] of column.units.entries()) {
    const words = clipped(names[row] ?? "", 11);
    const right = scene.frame.target === row;
    context.font = `${right ? 500 : 400} 11px ${palette.sans}`;
    const width = context.measureText(words).width + 6;
    const x = box.x + box.width / 2 + 8;
    context.fillStyle = right ? palette.ink : palette.stage;
    context.beginPath();
    context.roundRect(x, box.y - 8, width, 16, 4);
    context.fill();
    context.fillStyle = right ? palette.bg : palette.ink2;
    context.fillText(words, x + 3, box.y + 0.5);
  }
  context.restore();
}

const EXTENT = 1.15; // of the input plane a response covers, in both inputs
const POINTS = 120;

/** The data over the answer of the output: filled is class 1, hollow class 0. */
function drawPoints(context: CanvasRenderingContext2D, scene: Scene, column: Column, palette: Palette): void {
  const box = column.units[0];
  const { points, features, classes } = scene.graph.data;
  if (!box || features !== 2 || !classes || column.units.length > 1 || box.width < 40) return;
  context.save();
  context.fillStyle = context.strokeStyle = palette.theme === "dark" ? "#ffffff" : "#121417";
  context.globalAlpha = 0.85;
  context.lineWidth = 0.7;
  const scale = box.width / (2 * EXTENT);
  for (const [x, y, label] of points.slice(0, POINTS)) {
    context.beginPath();
    context.arc(box.x + (x ?? 0) * scale, box.y - (y ?? 0) * scale, 1.2, 0, 2 * Math.PI);
    if (label) context.fill();
    else context.stroke();
  }
  context.restore();
}

/** A selected weight picks out both its ends. */
function isPicked(scene: Scene, selection: Selection | null, column: Column, row: number): boolean {
  if (!selection || selection.kind === "layer") return false;
  if (selection.kind === "unit") return (selection.node === column.last || selection.node === column.linear) && selection.row === row;
  return (selection.node === column.linear && selection.row === row) || isSource(scene, selection, column, row);
}

function isSource(scene: Scene, selection: Selection | null, column: Column, row: number): boolean {
  if (selection?.kind !== "weight" || selection.column !== row) return false;
  return scene.bundles.some((b) => b.to.linear === selection.node && b.from.index === column.index);
}

/** While a weight's gradient forms, the value kept for it in the forward pass lights up. */
function spotlight(scene: Scene, selection: Selection | null, column: Column, row: number): Pick<UnitLook, "halo"> {
  if (!isSource(scene, selection, column, row)) return {};
  const bundle = scene.bundles.find((b) => b.from.index === column.index);
  if (bundle?.state !== "backward" || !bundle.active) return {};
  const value = scene.frame.value(column.last)[row] ?? 0;
  return { halo: { value, share: Math.min(1, 4 * scene.within, 4 * (1 - scene.within)) } };
}

function drawInput(context: CanvasRenderingContext2D, box: Box, { input, palette }: UnitsLook): void {
  const [left, top] = [box.x - box.width / 2, box.y - box.height / 2];
  context.save();
  context.beginPath();
  context.roundRect(left, top, box.width, box.height, 8);
  context.fillStyle = palette.raised;
  context.fill();
  context.clip();
  context.imageSmoothingEnabled = false;
  if (input) context.drawImage(input, left, top, box.width, box.height);
  context.restore();
}

/** x₁, x₂ beside the input units. */
function drawFeatures(context: CanvasRenderingContext2D, scene: Scene, column: Column, palette: Palette): void {
  context.save();
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillStyle = palette.ink2;
  const named = scene.graph.data.feature_names;
  const short = column.total <= 2;
  context.font = short ? `italic 14px ${palette.serif}` : `10px ${palette.sans}`;
  for (const [row, box] of column.units.entries()) {
    const words = short ? `x${"₁₂"[row]}` : (named[row] ?? "");
    if (short || column.units.length <= 16) context.fillText(clipped(words, short ? 8 : 9), box.x - box.width / 2 - 7, box.y);
  }
  context.restore();
}

function clipped(words: string, most: number): string {
  return words.length > most ? `${words.slice(0, most - 1)}…` : words;
}

function drawLeftOut(context: CanvasRenderingContext2D, column: Column, bottom: number, palette: Palette): void {
  context.save();
  context.textAlign = "center";
  context.font = `10px ${palette.sans}`;
  context.fillStyle = palette.ink3;
  context.fillText(t("stage.units", { shown: column.units.length, total: whole(column.total, locale.value) }), column.x, bottom + 10);
  context.restore();
}

export function drawLoss(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { loss } = scene.layout;
  context.save();
  context.beginPath();
  context.arc(loss.x, loss.y, loss.width / 2, 0, 2 * Math.PI);
  context.fillStyle = palette.raised;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = scene.lossKnown ? palette.ink : palette.control;
  if (!scene.lossKnown) {
    context.setLineDash([0.1, 4]);
    context.lineCap = "round";
  }
  context.stroke();
  context.textAlign = "center";
  context.fillStyle = scene.lossKnown ? palette.ink : palette.ink3;
  context.font = `italic 19px ${palette.serif}`;
  context.fillText("L", loss.x, loss.y + 6);
  if (scene.lossKnown) {
    context.font = `500 13px ${palette.sans}`;
    context.fillText(format(scene.frame.loss), loss.x, loss.y + loss.height / 2 + 20);
  }
  context.restore();
}
