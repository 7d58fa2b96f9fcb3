import { DASHES, drawMark, MARKS, type MarkKind } from "./marks";
import type { Palette } from "./palette";
import { superscript } from "../numbers";
import { DECADES, edgeOpacity, edgeWidth, LOWEST } from "./scale";

export interface LegendWords {
  scale: string;
  positive: string;
  negative: string;
  marks: Readonly<Record<MarkKind, string>>;
}

const SCALE = 300;
const ROW = 18;
const SIGNS = 74;
// Swatches are a little stronger than edges, or the lowest decades would be lost among words.
const LIFT = 0.12;

/**
 * The fixed scale at true width: a swatch each decade and sign, exponents below, then the six marks, beside
 * it where there is room and below it where there is not. Draws from (x, y), the top left, and never beyond
 * `width`.
 */
export function drawLegend(
  context: CanvasRenderingContext2D,
  { x, y, width }: { x: number; y: number; width: number },
  words: LegendWords,
  palette: Palette,
): void {
  context.save();
  context.textBaseline = "middle";
  context.font = `11px ${palette.sans}`;
  context.fillStyle = palette.ink3;
  context.fillText(words.scale, x, y + 7);
  const length = scaleLength(width);
  drawSwatches(context, { x: x + 12, y: y + 25, length }, palette);
  drawSigns(context, { x: x + length + 22, y: y + 25 }, words, palette);
  const beside = isBeside(context, width, words);
  const start = beside ? x + length + SIGNS + 56 : x;
  drawMarks(context, { x: start, y: beside ? y + 25 : y + 62, width: x + width - start }, words, palette);
  context.restore();
}

/** How high the legend is at a width, by the lengths of its words. */
export function legendHeight(
  context: CanvasRenderingContext2D,
  width: number,
  words: LegendWords,
  palette: Palette,
): number {
  context.save();
  context.font = `11px ${palette.sans}`;
  const rows = isBeside(context, width, words) ? 0 : placed(context, width, words).rows;
  context.restore();
  return 52 + rows * ROW;
}

function scaleLength(width: number): number {
  return Math.max(96, Math.min(SCALE, width - SIGNS - 24));
}

function isBeside(context: CanvasRenderingContext2D, width: number, words: LegendWords): boolean {
  return placed(context, width - scaleLength(width) - SIGNS - 56, words).rows === 1;
}

function drawSwatches(
  context: CanvasRenderingContext2D,
  { x, y, length }: { x: number; y: number; length: number },
  palette: Palette,
): void {
  const step = length / DECADES;
  for (let decade = 0; decade < DECADES; decade++) {
    const value = 10 ** (LOWEST + decade + 0.5);
    for (const sign of [1, -1]) {
      context.save();
      context.strokeStyle = sign > 0 ? palette.pos : palette.neg;
      context.lineWidth = Math.max(0.5, edgeWidth(value));
      context.globalAlpha = Math.min(1, edgeOpacity(value) + LIFT);
      if (sign < 0) context.setLineDash([...DASHES]);
      context.beginPath();
      context.moveTo(x + decade * step + 2, y - sign * 5.5);
      context.lineTo(x + (decade + 1) * step - 2, y - sign * 5.5);
      context.stroke();
      context.restore();
    }
  }
  const every = step < 20 ? 4 : 2;
  context.save();
  context.font = `10px ${palette.sans}`;
  context.textAlign = "center";
  for (let decade = 0; decade <= DECADES; decade += every)
    context.fillText(`10${superscript(LOWEST + decade)}`, x + decade * step, y + 20);
  context.restore();
}

function drawSigns(
  context: CanvasRenderingContext2D,
  { x, y }: { x: number; y: number },
  words: LegendWords,
  palette: Palette,
): void {
  context.save();
  context.fillStyle = palette.pos;
  context.fillText(words.positive, x, y - 7);
  context.fillStyle = palette.neg;
  context.fillText(words.negative, x, y + 7);
  context.restore();
}

function drawMarks(
  context: CanvasRenderingContext2D,
  { x, y, width }: { x: number; y: number; width: number },
  words: LegendWords,
  palette: Palette,
): void {
  for (const { kind, left, row } of placed(context, width, words).marks) {
    drawMark(context, kind, { x: x + left + 5, y: y + row * ROW, palette });
    context.fillText(words.marks[kind], x + left + 15, y + row * ROW);
  }
}

/** Marks with their words, in rows that fit the width. */
function placed(
  context: CanvasRenderingContext2D,
  width: number,
  words: LegendWords,
): { marks: { kind: MarkKind; left: number; row: number }[]; rows: number } {
  let [left, row] = [0, 0];
  const marks = MARKS.map((kind) => {
    const needed = 15 + context.measureText(words.marks[kind]).width;
    if (left > 0 && left + needed > width) [left, row] = [0, row + 1];
    const place = { kind, left, row };
    left += needed + 18;
    return place;
  });
  return { marks, rows: row + 1 };
}
