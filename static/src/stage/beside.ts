/** Where a chip stands: beside what it explains, and over nothing else that must be seen. Pure. */
import type { Box, StageLayout } from "./layout";

export type Side = "left" | "right" | "over" | "under";

/** By its top left corner. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

const GAP = 9;

/** What no chip may cover: the units and the loss. */
export function obstacles({ columns, loss }: StageLayout): Rectangle[] {
  return [loss, ...columns.flatMap(({ units }) => units)].map(cornered);
}

/**
 * The first side of a unit that is free; where units stand too close for that, the nearest place above or below its
 * column.
 */
export function standing(
  box: Box,
  size: Pick<Rectangle, "width" | "height">,
  order: readonly Side[],
  layout: StageLayout,
  taken: readonly Rectangle[],
): Rectangle {
  const left = held(box.x - size.width / 2, size.width, layout.width);
  const ends = [layout.top - size.height - 2, layout.bottom + 2].toSorted((a, b) => Math.abs(a - box.y) - Math.abs(b - box.y));
  const places = [...order.map((side) => beside(box, size, side)), ...ends.map((y) => ({ x: left, y, ...size }))];
  return places.find((place) => isFree(place, layout, taken)) ?? (places[0] as Rectangle);
}

function beside(box: Box, { width, height }: Pick<Rectangle, "width" | "height">, side: Side): Rectangle {
  const { x, y } = cornered(box);
  if (side === "left") return { x: x - GAP - width, y: box.y - height / 2, width, height };
  if (side === "right") return { x: x + box.width + GAP, y: box.y - height / 2, width, height };
  return { x: box.x - width / 2, y: side === "over" ? y - GAP - height : y + box.height + GAP, width, height };
}

function isFree(place: Rectangle, layout: StageLayout, taken: readonly Rectangle[]): boolean {
  const inside = place.x >= 0 && place.y >= 0 && place.x + place.width <= layout.width && place.y + place.height <= layout.height;
  return inside && !taken.some((other) => meet(place, other));
}

function meet(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function held(x: number, width: number, most: number): number {
  return Math.max(0, Math.min(most - width, x));
}

function cornered({ x, y, width, height }: Box): Rectangle {
  return { x: x - width / 2, y: y - height / 2, width, height };
}
