import { headingAt, pointAt, type Curve } from "./bezier";
import { drawMark } from "./marks";
import { hue, type Palette } from "./palette";
import { edgeOpacity, mark, type Mark } from "./scale";

export type Direction = "forward" | "backward";

export interface ArrowLook {
  value: number;
  palette: Palette;
  direction: Direction;
  fade: number;
  selected: boolean;
}

/** How far along an edge its arrowhead sits, from the left. */
export const ARROW_AT = 0.42;

const GROUND = 7.5;

/**
 * Which way an edge's values go; where a value is off the scale, its mark stands in the arrowhead's place.
 */
export function drawArrow(context: CanvasRenderingContext2D, edge: Curve, look: ArrowLook): void {
  const { value, fade, selected } = look;
  const kind = mark(value);
  // A faint edge with a bold mark would say the opposite of what it means.
  if ((kind === "zero" || kind === "small") && !selected) return;
  const at = pointAt(edge, ARROW_AT);
  context.save();
  context.translate(at.x, at.y);
  if (kind) {
    drawOffScale(context, kind, look);
  } else {
    context.globalAlpha = selected ? 1 : Math.min(1, 0.3 + edgeOpacity(value)) * fade;
    drawHead(context, edge, look);
  }
  context.restore();
}

function drawHead(
  context: CanvasRenderingContext2D,
  edge: Curve,
  { value, palette, direction, selected }: ArrowLook,
): void {
  const size = selected ? 1.35 : 1;
  context.rotate(headingAt(edge, ARROW_AT) + (direction === "backward" ? Math.PI : 0));
  context.scale(size, size);
  context.fillStyle = selected ? (value > 0 ? palette.posHi : palette.negHi) : hue(palette, value);
  context.beginPath();
  context.moveTo(-4, -3.5);
  context.lineTo(4.5, 0);
  context.lineTo(-4, 3.5);
  context.closePath();
  context.fill();
}

function drawOffScale(context: CanvasRenderingContext2D, kind: Mark, { value, palette }: ArrowLook): void {
  context.fillStyle = palette.stage;
  context.beginPath();
  context.arc(0, 0, GROUND, 0, 2 * Math.PI);
  context.fill();
  drawMark(context, kind, {
    x: 0,
    y: 0,
    palette,
    ...(kind === "large" ? { colour: hue(palette, value) } : {}),
  });
}
