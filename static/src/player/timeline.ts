/** The timeline as a picture: loss above, the seismograph below, and one step's visits under a lens. Pure draws. */
import { drawCurve } from "../paint/curve";
import type { Palette } from "../paint/palette";
import { fillSeismograph } from "../paint/seismograph";
import type { History, Record } from "../state/history";
import { t } from "../words/words";

export const LEFT = 88;
export const RIGHT = 16;
export const LOSS = { y: 14, height: 40 };
/** Half the width of the playhead's handle. */
const HANDLE = 5;
const SEISMOGRAPH = { y: 58, height: 42 };

/** How many steps the timeline is wide: it grows by halves, so that what is drawn does not creep. */
export function extent(furthest: number): number {
  let total = 60;
  while (total < furthest) total = Math.ceil((total * 1.5) / 10) * 10;
  return total;
}

export function xOfStep(step: number, total: number, width: number): number {
  return LEFT + ((step - 0.5) / total) * (width - LEFT - RIGHT);
}

export function stepAt(x: number, total: number, width: number): number {
  const share = (x - LEFT) / (width - LEFT - RIGHT);
  return Math.max(1, Math.min(total, Math.round(share * total + 0.5)));
}

/**
 * Values at every pixel column: the newest record at or before its step. Nothing before the first, after the last, and
 * between a number and one that is none: where on the way it broke, nobody looked.
 */
export function spread(history: History, total: number, columns: number, value: (record: Record) => number): (number | undefined)[] {
  const last = history.records.at(-1)?.step ?? 0;
  const shown = Math.min(columns, Math.max(1, Math.ceil((last / total) * columns)));
  return Array.from({ length: shown }, (_, x) => {
    const step = Math.max(1, Math.ceil(((x + 0.5) / columns) * total));
    const next = history.place(step + 1);
    const record = history.records[next - 1];
    const after = history.records[next];
    const gap = record && after && record.step < step && Number.isFinite(value(record)) && !Number.isFinite(value(after));
    return record && !gap ? value(record) : undefined;
  });
}

export interface TimelineLook {
  width: number;
  palette: Palette;
  ratio: number;
}

export function drawHistory(context: CanvasRenderingContext2D, history: History, look: TimelineLook): void {
  const total = extent(history.furthest);
  const { width, palette } = look;
  const across = width - LEFT - RIGHT;
  const box = { x: LEFT, y: LOSS.y, width: across, height: LOSS.height };
  const test = spread(history, total, Math.round(across), (r) => r.testLoss);
  const train = history.losses.subarray(1, history.furthest + 1);
  const high = ceiling(history);
  context.save();
  context.globalAlpha = 0.75;
  drawCurve(context, box, train, { colour: palette.ink3, width: 0.8, low: 0, high, total });
  context.globalAlpha = 1;
  drawCurve(context, box, test, { colour: palette.ink, width: 1.6, low: 0, high, total: Math.round(across) });
  context.restore();
  drawWords(context, history, palette);
}

/** The top of the loss axis: the largest test loss, and where batches jump above it they run along the top. */
function ceiling(history: History): number {
  let high = 1e-9;
  for (const record of history.records) if (Number.isFinite(record.testLoss)) high = Math.max(high, record.testLoss);
  return high * 1.15;
}

/** Step numbers along the top; the one that the playhead would stand on is left out. */
function drawTicks(context: CanvasRenderingContext2D, total: number, playhead: number, { width, palette }: TimelineLook): void {
  context.save();
  context.font = `10px ${palette.sans}`;
  context.fillStyle = palette.ink3;
  context.textAlign = "center";
  const every = niceStep(total / 7);
  for (let step = every; step < total; step += every) {
    const x = xOfStep(step, total, width);
    const room = context.measureText(String(step)).width / 2 + HANDLE + 2;
    if (Math.abs(x - playhead) >= room) context.fillText(String(step), x, 10);
  }
  context.restore();
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map((k) => k * power).find((s) => s >= least) ?? 10 * power;
}

function drawWords(context: CanvasRenderingContext2D, history: History, palette: Palette): void {
  context.save();
  context.textAlign = "right";
  context.font = `11px ${palette.sans}`;
  context.fillStyle = palette.ink2;
  context.fillText(t("timeline.loss"), LEFT - 12, 22);
  context.fillStyle = palette.ink3;
  context.fillText(t("timeline.test"), LEFT - 12, 36);
  context.fillText(t("timeline.train"), LEFT - 12, 50);
  stroke(context, palette.ink, 1.6, 32);
  stroke(context, palette.ink3, 0.8, 46);
  const lane = SEISMOGRAPH.height / Math.max(1, history.weights.length);
  const every = Math.ceil(12 / lane);
  for (let i = 0; i < history.weights.length; i++) {
    if ((history.weights.length - 1 - i) % every) continue;
    const y = SEISMOGRAPH.y + (history.weights.length - i - 0.5) * lane + 4;
    context.fillText(t("stage.layer", { layer: i + 1 }), LEFT - 12, y);
  }
  context.restore();
}

function stroke(context: CanvasRenderingContext2D, colour: string, width: number, y: number): void {
  context.save();
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(LEFT - 52, y);
  context.lineTo(LEFT - 44, y);
  context.stroke();
  context.restore();
}

/** The seismograph's pixels, made on a canvas of their own because ImageData knows no transform. */
export function drawSeismograph(context: CanvasRenderingContext2D, history: History, look: TimelineLook, own: HTMLCanvasElement): void {
  const { width, palette, ratio } = look;
  const across = Math.max(1, Math.round((width - LEFT - RIGHT) * ratio));
  const down = Math.round(SEISMOGRAPH.height * ratio);
  const total = extent(history.furthest);
  const lanes = history.weights.map((_, i) => spread(history, total, across, (r) => r.norms[i] ?? NaN));
  if (own.width !== across) own.width = across;
  if (own.height !== down) own.height = down;
  const image = own.getContext("2d")?.createImageData(across, down);
  if (!image) return;
  fillSeismograph(new Uint32Array(image.data.buffer), lanes, { width: across, height: down, ratio, total: across }, palette);
  own.getContext("2d")?.putImageData(image, 0, 0);
  context.save();
  context.fillStyle = palette.bg;
  context.fillRect(LEFT, SEISMOGRAPH.y, across / ratio, SEISMOGRAPH.height);
  context.drawImage(own, LEFT, SEISMOGRAPH.y, across / ratio, SEISMOGRAPH.height);
  context.restore();
}

/** The one playhead, through loss and seismograph, and the numbers of the steps it leaves free. */
export function drawPlayhead(context: CanvasRenderingContext2D, step: number, total: number, look: TimelineLook): void {
  const { width, palette } = look;
  const x = xOfStep(step, total, width);
  drawTicks(context, total, x, look);
  context.save();
  context.strokeStyle = context.fillStyle = palette.light;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x, 2);
  context.lineTo(x, SEISMOGRAPH.y + SEISMOGRAPH.height + 1);
  context.stroke();
  context.beginPath();
  context.moveTo(x - HANDLE, 0);
  context.lineTo(x + HANDLE, 0);
  context.lineTo(x + HANDLE, 4);
  context.lineTo(x, 9);
  context.lineTo(x - HANDLE, 4);
  context.fill();
  context.restore();
}
