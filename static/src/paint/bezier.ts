export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A cubic Bézier curve whose x never turns back. */
export type Curve = readonly [Point, Point, Point, Point];

const BEND = 0.45;

/** The edge between two points, leaving and arriving level. `from` is the one further left. */
export function curve(from: Point, to: Point): Curve {
  const reach = (to.x - from.x) * BEND;
  return [from, { x: from.x + reach, y: from.y }, { x: to.x - reach, y: to.y }, to];
}

/** The point a share `t`, 0 to 1, along the parameter of the curve. */
export function pointAt([a, b, c, d]: Curve, t: number): Point {
  const u = 1 - t;
  const [ka, kb, kc, kd] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return { x: ka * a.x + kb * b.x + kc * c.x + kd * d.x, y: ka * a.y + kb * b.y + kc * c.y + kd * d.y };
}

/** The direction of the curve at `t`, in radians, looking from its first point to its last. */
export function headingAt([a, b, c, d]: Curve, t: number): number {
  const u = 1 - t;
  const slope = (p: number, q: number, r: number, s: number): number =>
    u * u * (q - p) + 2 * u * t * (r - q) + t * t * (s - r);
  return Math.atan2(slope(a.y, b.y, c.y, d.y), slope(a.x, b.x, c.x, d.x));
}

/** Where the curve crosses a given x, as t; clipped to its ends. Halving is exact enough after 24 turns. */
export function crossing(edge: Curve, x: number): number {
  if (x <= edge[0].x) return 0;
  if (x >= edge[3].x) return 1;
  let [low, high] = [0, 1];
  for (let turn = 0; turn < 24; turn++) {
    const middle = (low + high) / 2;
    if (pointAt(edge, middle).x < x) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The piece of a curve from t = `from` to t = `to` (de Casteljau). */
export function piece(edge: Curve, from: number, to: number): Curve {
  const rest = from > 0 ? reversed(head(reversed(edge), 1 - from)) : edge;
  return to < 1 ? head(rest, (to - from) / (1 - from)) : rest;
}

/** How far a pointer is from the curve, in pixels: across it beside the curve, and to its end beyond one. */
export function distanceTo(edge: Curve, { x, y }: Point): number {
  const t = crossing(edge, x);
  const on = pointAt(edge, t);
  const slope = headingAt(edge, t);
  const beyond = Math.max(edge[0].x - x, x - edge[3].x, 0);
  return Math.hypot(beyond, Math.abs(on.y - y) * Math.cos(slope));
}

/** The same curve from its other end. */
export function reversed([a, b, c, d]: Curve): Curve {
  return [d, c, b, a];
}

function head([a, b, c, d]: Curve, t: number): Curve {
  const ab = between(a, b, t);
  const bc = between(b, c, t);
  const cd = between(c, d, t);
  const left = between(ab, bc, t);
  return [a, ab, left, between(left, between(bc, cd, t), t)];
}

function between(from: Point, to: Point, t: number): Point {
  return { x: from.x + (to.x - from.x) * t, y: from.y + (to.y - from.y) * t };
}
