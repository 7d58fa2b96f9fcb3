import { readFileSync } from "node:fs";
import { join } from "node:path";

import { paletteFrom } from "./palette";

// Test aid: the two palettes from the style sheet itself, without a browser to read it.
const sheet = readFileSync(join(import.meta.dirname, "../tokens.css"), "utf8");
const screen = sheet.slice(0, sheet.indexOf("@media"));

function token(name: string): string {
  const text = new RegExp(`${name}:([^;]+);`).exec(screen)?.[1];
  if (text === undefined)
    throw new Error(`expected ${name} in tokens.css, found none; add it or mend its name`);
  return text;
}

export const DARK = paletteFrom(token, "dark");
export const LIGHT = paletteFrom(token, "light");
