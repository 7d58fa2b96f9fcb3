/**
 * The colours of one theme as the drawings use them: six-digit hex strings and tables made from the ramps.
 */
export interface Palette extends Readonly<Record<Colour, string>> {
  theme: Theme;
  /** Emphasis is a glow on dark ground and weight on light ground. */
  glow: boolean;
  sans: string;
  serif: string;
  /** Norm ramp, 256 steps from 1e-10 to 1e2, as packed pixels and as CSS colours. */
  normPixels: Uint32Array;
  normColours: readonly string[];
  /** Response from -127 at index 0 to +127 at index 254, plain and under a line of the hatch. */
  responsePixels: Uint32Array;
  hatchPixels: Uint32Array;
  /** Brightness from 0 to 1 in 256 steps, for pictures. */
  greyPixels: Uint32Array;
}

export type Theme = "dark" | "light";

const COLOURS = {
  bg: "--bg",
  stage: "--stage",
  panel: "--panel",
  raised: "--raised",
  line: "--line",
  lineStrong: "--line-strong",
  control: "--control",
  dim: "--dim",
  ink: "--ink",
  ink2: "--ink-2",
  ink3: "--ink-3",
  light: "--light",
  focus: "--focus",
  pos: "--pos",
  posHi: "--pos-hi",
  neg: "--neg",
  negHi: "--neg-hi",
  alarm: "--alarm",
  zero: "--zero",
} as const;

type Colour = keyof typeof COLOURS;
export type Rgb = readonly [red: number, green: number, blue: number];

const NORM = ["--norm-0", "--norm-1", "--norm-2", "--norm-3", "--norm-4", "--norm-5", "--norm-6"];
const POSITIVE = ["--zero", "--pos-1", "--pos-2", "--pos-3"];
const NEGATIVE = ["--zero", "--neg-1", "--neg-2", "--neg-3"];
// Small responses keep some colour: a tanh unit spends much of its map near zero.
const RESPONSE_EXPONENT = 0.8;
const HATCH_STRENGTH = 0.38;

/**
 * The palette of the theme that `root` shows now. Reads styles, so call it when the theme changes, not a
 * frame.
 */
export function paletteOf(root: HTMLElement): Palette {
  const style = getComputedStyle(root);
  const system = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  const chosen = root.dataset["theme"];
  return paletteFrom(
    (token) => style.getPropertyValue(token),
    chosen === "light" || chosen === "dark" ? chosen : system,
  );
}

/** A palette from the text of each token, which may hold both themes: light-dark(#e9ebed, #0b0c0e). */
export function paletteFrom(token: (name: string) => string, theme: Theme): Palette {
  const colour = (name: string): string => hexOf(token(name), theme);
  const ramp = (names: readonly string[]): Rgb[] => names.map((name) => rgb(colour(name)));
  const entries = Object.entries(COLOURS).map(([key, name]) => [key, colour(name)]);
  const colours = Object.fromEntries(entries) as Record<Colour, string>;
  const norm = table(256, (i) => along(ramp(NORM), i / 255));
  const response = table(255, (i) => {
    const value = (i - 127) / 127;
    return along(ramp(value < 0 ? NEGATIVE : POSITIVE), Math.abs(value) ** RESPONSE_EXPONENT);
  });
  const [zero, stage, ink] = [rgb(colours.zero), rgb(colours.stage), rgb(colours.ink)];
  return {
    ...colours,
    theme,
    glow: theme === "dark",
    sans: token("--sans").trim(),
    serif: token("--serif").trim(),
    normPixels: pixels(norm),
    normColours: norm.map(hex),
    responsePixels: pixels(response),
    hatchPixels: pixels(response.map((each) => mix(each, zero, HATCH_STRENGTH))),
    greyPixels: pixels(table(256, (i) => mix(stage, ink, i / 255))),
  };
}

/** The norm ramp's colour for a place on the fixed scale, 0 to 1. */
export function normColour(palette: Palette, place: number): string {
  return palette.normColours[Math.round(Math.min(1, Math.max(0, place)) * 255)] ?? palette.dim;
}

/** The hue of a sign. Zero has no sign; NaN and infinity are something wrong. */
export function hue(palette: Palette, value: number): string {
  if (!Number.isFinite(value)) return palette.alarm;
  return value === 0 ? palette.dim : value > 0 ? palette.pos : palette.neg;
}

/** A palette colour made see-through. */
export function translucent(colour: string, opacity: number): string {
  return (
    colour +
    Math.round(opacity * 255)
      .toString(16)
      .padStart(2, "0")
  );
}

export function rgb(colour: string): Rgb {
  const value = parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function hexOf(text: string, theme: Theme): string {
  const found = text.match(/#[0-9a-f]{3,6}/gi) ?? [];
  const colour = (theme === "dark" ? found.at(-1) : found[0])?.toLowerCase();
  // A page whose style sheet is late still draws, visibly on either ground.
  if (!colour) return "#808080";
  return colour.length === 4 ? colour.replace(/[0-9a-f]/g, "$&$&") : colour;
}

function hex(colour: Rgb): string {
  return "#" + colour.map((part) => part.toString(16).padStart(2, "0")).join("");
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const part = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * share);
  return [part(0), part(1), part(2)];
}

function along(ramp: readonly Rgb[], place: number): Rgb {
  const position = place * (ramp.length - 1);
  const below = Math.min(ramp.length - 2, Math.floor(position));
  return mix(ramp[below] as Rgb, ramp[below + 1] as Rgb, position - below);
}

function table(length: number, colour: (index: number) => Rgb): Rgb[] {
  return Array.from({ length }, (_, i) => colour(i));
}

/** Opaque pixels as ImageData holds them on every machine a browser runs on: little-endian ABGR. */
function pixels(colours: readonly Rgb[]): Uint32Array {
  return Uint32Array.from(colours, ([red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red);
}
