import { ARROW_AT, drawArrow, type Direction } from "./arrow";
import { crossing, piece, pointAt, reversed, type Curve } from "./bezier";
import { DASHES, DOTS } from "./marks";
import { hue, translucent, type Palette } from "./palette";
import { edgeOpacity, edgeWidth, mark } from "./scale";

/** The part of an edge that is drawn, as x; either end may be infinite. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface EdgeLook {
  /** What flows along the edge; drawn by size and sign. Ignored when not reached. */
  value: number;
  palette: Palette;
  /** Opacity under the scale's own: 1 alone, about a third when another edge is selected. */
  fade?: number;
  selected?: boolean;
  /** False before the pass has come: dots, whatever the value. */
  reached?: boolean;
  /** Draw only what lies between; the rest is left for another call. */
  span?: Span;
  /** An arrowhead (or the mark of a value off the scale) tells which way the values go. */
  arrow?: Direction;
}

const TAIL = 96;
const GLOW = 14;

/** One edge: width and opacity for size, dashes for a negative value, dots for one not reached. */
export function drawEdge(context: CanvasRenderingContext2D, edge: Curve, look: EdgeLook): void {
  const { value, palette, fade = 1, selected = false, reached = true, span, arrow } = look;
  if (span && (span.to <= edge[0].x || span.from >= edge[3].x)) return;
  context.save();
  if (!reached) dots(context, palette, fade);
  else solid(context, palette, value, selected ? 1 : fade);
  const line = spanned(edge, span);
  if (selected && reached) emphasize(context, line, palette);
  if (selected && !reached) context.strokeStyle = palette.ink2;
  stroke(context, line);
  context.restore();
  if (!arrow || !reached) return;
  const { x } = pointAt(edge, ARROW_AT);
  if (!span || (x >= span.from && x <= span.to))
    drawArrow(context, edge, { value, palette, fade, selected, direction: arrow });
}

/** The bright band that follows the front along an edge: full at `x`, gone 96 pixels behind it. */
export function drawBand(
  context: CanvasRenderingContext2D,
  edge: Curve,
  {
    value,
    palette,
    x,
    direction,
    fade = 1,
  }: { value: number; palette: Palette; x: number; direction: Direction; fade?: number },
): void {
  const behind = direction === "backward" ? x + TAIL : x - TAIL;
  if (mark(value) === "zero" || Math.min(x, behind) >= edge[3].x || Math.max(x, behind) <= edge[0].x) return;
  const bright = !Number.isFinite(value) ? palette.alarm : value > 0 ? palette.posHi : palette.negHi;
  const fading = context.createLinearGradient(x, 0, behind, 0);
  fading.addColorStop(0, bright);
  fading.addColorStop(1, translucent(bright, 0));
  context.save();
  solid(context, palette, value, 1);
  context.globalAlpha = Math.min(1, 0.1 + 0.8 * edgeOpacity(value)) * fade;
  context.strokeStyle = fading;
  // From the end the band came from, so that its dashes lie on those of the edge.
  stroke(
    context,
    spanned(edge, direction === "backward" ? { from: x, to: Infinity } : { from: -Infinity, to: x }),
  );
  context.restore();
}

function dots(context: CanvasRenderingContext2D, palette: Palette, fade: number): void {
  context.strokeStyle = palette.control;
  context.lineWidth = 1.5;
  context.lineCap = "round";
  context.globalAlpha = 0.6 * fade;
  context.setLineDash([...DOTS]);
}

function solid(context: CanvasRenderingContext2D, palette: Palette, value: number, fade: number): void {
  const kind = mark(value);
  context.strokeStyle = hue(palette, value);
  // A zero keeps a hairline, or the edge would vanish; what is not finite has no width of its own.
  context.lineWidth = kind === "zero" ? 0.8 : kind === "nan" || kind === "infinite" ? 1.6 : edgeWidth(value);
  context.globalAlpha =
    (kind === "zero" ? 0.5 : kind === "nan" || kind === "infinite" ? 0.9 : edgeOpacity(value)) * fade;
  if (value < 0) context.setLineDash([...DASHES]);
}

function emphasize(context: CanvasRenderingContext2D, line: Curve, palette: Palette): void {
  const { lineWidth, strokeStyle } = context;
  const dash = context.getLineDash();
  context.globalAlpha = 0.85;
  context.lineWidth = lineWidth + 4;
  context.strokeStyle = palette.stage;
  context.setLineDash([]);
  stroke(context, line);
  context.globalAlpha = 1;
  context.lineWidth = Math.max(1, lineWidth + 0.6);
  context.strokeStyle = strokeStyle;
  context.setLineDash(dash);
  if (!palette.glow) return;
  context.shadowColor = translucent(String(strokeStyle), 0.6);
  context.shadowBlur = GLOW;
}

// Strokes start at an end that is not cut where there is one, so that dashes stand still while a front
// passes.
function spanned(edge: Curve, span: Span | undefined): Curve {
  if (!span) return edge;
  const [from, to] = [crossing(edge, span.from), crossing(edge, span.to)];
  const part = piece(edge, from, to);
  return from > 0 ? reversed(part) : part;
}

function stroke(context: CanvasRenderingContext2D, [a, b, c, d]: Curve): void {
  context.beginPath();
  context.moveTo(a.x, a.y);
  context.bezierCurveTo(b.x, b.y, c.x, c.y, d.x, d.y);
  context.stroke();
}
