import { DASHES, DOTS, drawMark } from "./marks";
import { hue, translucent, type Palette } from "./palette";
import { hatchPitch } from "./response";
import { edgeOpacity, edgeWidth, mark } from "./scale";

/** A square by its centre. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

export interface UnitLook {
  /**
   * What the unit responds to, as a picture; without one its value stands in: hue by sign, strength by size.
   */
  response: CanvasImageSource | null;
  /** The value for the example shown, once it is known. */
  value?: number | null;
  /**
   * The error at the unit: colour and dashes by sign, width by size. null draws no ring (inputs have no
   * error).
   */
  ring: number | null | "not reached";
  palette: Palette;
  selected?: boolean;
  /** The value kept forward glows in its hue while its gradient forms: the value, and how lit, 0 to 1. */
  halo?: { value: number; share: number };
  /** Opacity of the picture. */
  fade?: number;
}

const FULL = 38;
const RADIUS = 7;
const GROUND = 5;
const RING = 3;
const SELECTION = 7;
const GLOW = 16;
const SMALLEST_MARKED = 16;

/**
 * One unit, 38 pixels wide on the stage: its response, and around it a ring for the error that reached it.
 */
export function drawUnit(context: CanvasRenderingContext2D, box: Box, look: UnitLook): void {
  const { response, value = null, ring, palette, selected = false, halo, fade = 1 } = look;
  context.save();
  if (halo && halo.share > 0) drawHalo(context, box, palette, halo);
  context.fillStyle = palette.stage;
  square(context, box, GROUND);
  context.fill();
  context.save();
  context.globalAlpha = fade;
  square(context, box, 0);
  if (response) drawPicture(context, box, response);
  else drawTile(context, box, value, palette);
  context.restore();
  if (ring !== null) drawRing(context, box, ring, palette);
  if (selected) {
    context.strokeStyle = palette.focus;
    context.lineWidth = 1.5;
    square(context, box, SELECTION);
    context.stroke();
  }
  if (typeof ring === "number" && box.size >= SMALLEST_MARKED) drawCorner(context, box, ring, palette);
  context.restore();
}

function drawPicture(
  context: CanvasRenderingContext2D,
  { x, y, size }: Box,
  response: CanvasImageSource,
): void {
  context.clip();
  context.drawImage(response, x - size / 2, y - size / 2, size, size);
}

/** A unit without a picture: its value on the fixed scale, a negative one hatched. */
function drawTile(context: CanvasRenderingContext2D, box: Box, value: number | null, palette: Palette): void {
  context.fillStyle = palette.raised;
  context.fill();
  if (value === null || value === 0) return;
  const { globalAlpha } = context;
  context.globalAlpha = globalAlpha * (Number.isFinite(value) ? edgeOpacity(value) : 1);
  context.fillStyle = hue(palette, value);
  context.fill();
  context.globalAlpha = globalAlpha;
  if (value < 0) drawHatch(context, box, palette);
}

function drawHatch(context: CanvasRenderingContext2D, { x, y, size }: Box, palette: Palette): void {
  const [left, top] = [x - size / 2, y - size / 2];
  context.clip();
  context.strokeStyle = palette.stage;
  context.lineWidth = 1.1;
  context.beginPath();
  for (let offset = hatchPitch(size) / 2; offset < 2 * size; offset += hatchPitch(size)) {
    context.moveTo(left + offset, top);
    context.lineTo(left, top + offset);
  }
  context.stroke();
}

function drawRing(
  context: CanvasRenderingContext2D,
  box: Box,
  ring: number | "not reached",
  palette: Palette,
): void {
  context.save();
  if (ring === "not reached") {
    context.strokeStyle = palette.control;
    context.lineWidth = 1.7;
    context.lineCap = "round";
    context.setLineDash([...DOTS]);
    square(context, box, RING - 0.5);
    context.stroke();
  } else {
    const kind = mark(ring);
    const wrong = kind === "nan" || kind === "infinite";
    context.strokeStyle = hue(palette, ring);
    context.lineWidth =
      (wrong ? 2 : 0.8 + 0.7 * edgeWidth(ring)) * Math.max(0.5, Math.min(1, box.size / FULL));
    context.globalAlpha = wrong ? 1 : Math.max(0.3, Math.min(1, 1.3 * edgeOpacity(ring)));
    if (ring < 0) context.setLineDash([...DASHES]);
    square(context, box, RING);
    context.stroke();
  }
  context.restore();
}

/** A ring that its width cannot tell has its mark at the upper right. */
function drawCorner(context: CanvasRenderingContext2D, box: Box, ring: number, palette: Palette): void {
  const kind = mark(ring);
  if (!kind) return;
  context.save();
  const at = { x: box.x + box.size / 2 + 1, y: box.y - box.size / 2 - 1 };
  context.fillStyle = palette.stage;
  context.beginPath();
  context.arc(at.x, at.y, 7, 0, 2 * Math.PI);
  context.fill();
  drawMark(context, kind, { ...at, palette, ...(kind === "large" ? { colour: hue(palette, ring) } : {}) });
  context.restore();
}

function drawHalo(
  context: CanvasRenderingContext2D,
  box: Box,
  palette: Palette,
  { value, share }: { value: number; share: number },
): void {
  context.save();
  const colour = hue(palette, value);
  context.globalAlpha = share;
  context.strokeStyle = colour;
  context.lineWidth = palette.glow ? 4 : 2.5;
  // On light ground nothing glows: the kept value is told by a firm line.
  if (palette.glow) {
    context.shadowColor = translucent(colour, 0.9);
    context.shadowBlur = GLOW;
  } else if (value < 0) context.setLineDash([...DASHES]);
  square(context, box, palette.glow ? RING : SELECTION + 2.5);
  context.stroke();
  context.restore();
}

/** Everything around a unit shrinks with it, so that neighbours of a wide layer do not overlap. */
function square(context: CanvasRenderingContext2D, { x, y, size }: Box, outset: number): void {
  const share = Math.min(1, size / FULL);
  const half = size / 2 + outset * share;
  context.beginPath();
  context.roundRect(x - half, y - half, 2 * half, 2 * half, (RADIUS + outset * 0.85) * Math.max(0.3, share));
}
