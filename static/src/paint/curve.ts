import type { Bar } from "./meter";

export interface CurveLook {
  colour: string;
  width: number;
  /** Values at the bottom and at the top of the box. */
  low: number;
  high: number;
  /** How many points the box is wide; more than there are values while training goes on. */
  total: number;
}

/**
 * A line through many values, one a step: where several fall on one pixel column the line runs from their
 * smallest to their largest, so that no spike is lost. What is not finite breaks the line; what is off the
 * box runs along it.
 */
export function drawCurve(
  context: CanvasRenderingContext2D,
  box: Bar,
  values: ArrayLike<number | undefined>,
  { colour, width, low, high, total }: CurveLook,
): void {
  context.save();
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.beginPath();
  let down = false;
  const y = (value: number): number => {
    const share = (Math.min(high, Math.max(low, value)) - low) / (high - low || 1);
    return box.y + box.height * (1 - share);
  };
  for (const { x, first, smallest, largest, last } of columns(values, box, total)) {
    if (Number.isNaN(first)) {
      down = false;
      continue;
    }
    if (down) context.lineTo(x, y(first));
    else context.moveTo(x, y(first));
    down = true;
    if (smallest === largest) continue;
    context.lineTo(x, y(smallest));
    context.lineTo(x, y(largest));
    context.lineTo(x, y(last));
  }
  context.stroke();
  context.restore();
}

interface Column {
  x: number;
  first: number;
  smallest: number;
  largest: number;
  last: number;
}

/** Values gathered by pixel column; a column with nothing finite has NaN. */
function columns(values: ArrayLike<number | undefined>, box: Bar, total: number): Column[] {
  const many = total > box.width;
  const found: Column[] = [];
  let here: (Column & { at: number }) | null = null;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    const exact = box.x + ((i + 0.5) / total) * box.width;
    const x = many ? Math.floor(exact) + 0.5 : exact;
    if (!here || here.at !== x) {
      here = { at: x, x, first: NaN, smallest: NaN, largest: NaN, last: NaN };
      found.push(here);
    }
    if (!Number.isFinite(value)) continue;
    if (Number.isNaN(here.first)) here.first = here.smallest = here.largest = value;
    here.smallest = Math.min(here.smallest, value);
    here.largest = Math.max(here.largest, value);
    here.last = value;
  }
  return found;
}
