import type { Palette } from "./palette";
import type { Mark } from "./scale";

/** The six marks: a value off the scale, or one the pass has not reached yet. */
export type MarkKind = Mark | "not reached";

export const MARKS: readonly MarkKind[] = ["zero", "not reached", "small", "large", "nan", "infinite"];

/** Dots mean not yet, dashes mean negative; nothing else is drawn with either. */
export const DOTS: readonly number[] = [0.1, 4];
export const DASHES: readonly number[] = [6, 2.2];

const HALF = 4;

/** One mark, about 9 CSS pixels wide, centred on (x, y). Without a colour it takes its own. */
export function drawMark(
  context: CanvasRenderingContext2D,
  kind: MarkKind,
  { x, y, palette, colour }: { x: number; y: number; palette: Palette; colour?: string },
): void {
  const wrong = kind === "nan" || kind === "infinite";
  context.save();
  context.translate(x, y);
  context.strokeStyle = colour ?? (wrong ? palette.alarm : palette.ink2);
  context.fillStyle = context.strokeStyle;
  context.lineWidth = 1.4;
  context.lineJoin = "round";
  context.beginPath();
  SHAPES[kind](context);
  if (kind === "large") context.fill();
  context.stroke();
  context.restore();
}

const SHAPES: Record<MarkKind, (context: CanvasRenderingContext2D) => void> = {
  zero(context) {
    context.arc(0, 0, 3.4, 0, 2 * Math.PI);
    line(context, [-2.4, 2.4], [2.4, -2.4]);
  },
  "not reached"(context) {
    context.lineCap = "round";
    context.lineWidth = 1.6;
    context.setLineDash([0.1, 2.9]);
    context.roundRect(-HALF, -HALF, 2 * HALF, 2 * HALF, 2);
  },
  small(context) {
    triangle(context, HALF, -3, 3);
  },
  large(context) {
    context.lineWidth = 1;
    triangle(context, 3.6, 2.6, -2.8);
  },
  nan(context) {
    context.rect(-HALF, -HALF, 2 * HALF, 2 * HALF);
    line(context, [-HALF, -HALF], [HALF, HALF]);
    line(context, [HALF, -HALF], [-HALF, HALF]);
  },
  infinite(context) {
    line(context, [-HALF, 0], [0, -HALF], [HALF, 0]);
    line(context, [-HALF, HALF], [0, 0], [HALF, HALF]);
  },
};

function triangle(context: CanvasRenderingContext2D, half: number, base: number, tip: number): void {
  line(context, [-half, base], [half, base], [0, tip]);
  context.closePath();
}

function line(context: CanvasRenderingContext2D, ...[first, ...rest]: [number, number][]): void {
  if (!first) return;
  context.moveTo(...first);
  for (const point of rest) context.lineTo(...point);
}
