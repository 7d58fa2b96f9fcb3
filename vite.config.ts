import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import subsetFont from "subset-font";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const root = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** All characters from the first to the last of each pair, and each single character. */
function characters(ranges: readonly (readonly [number, number])[], singles: string): string {
  const spans = ranges.map(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)).join(""),
  );
  return spans.join("") + singles;
}

// Basic Latin, Latin-1 and the punctuation of running text; every digit keeps its tabular form.
const LATIN = characters([[0x20, 0x7e], [0xa0, 0xff]], "–—‘’“”•…−");
const TABULAR = ["kern", "tnum"];

// ASCII, Greek, italic Latin and italic Greek (what MathML turns a lone letter into), the operators of the
// engine's notation, and sub- and superscripts for labels outside MathML. Brackets and sums bring their tall
// forms along.
const MATH = characters(
  [[0x20, 0x7e], [0x391, 0x3a9], [0x3b1, 0x3c9], [0x1d434, 0x1d467], [0x1d6e2, 0x1d71b], [0x2080, 0x2089]],
  "ℎℝ∂∇∑∏√∞∈−±×·⋅⊙∘∗≤≥≈≠≡←↑→↓↦⇒‖∣∥⟨⟩⌈⌉⌊⌋′⊤…⋯¬¯ˆ˜⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿ₋\u0302\u0303\u0304\u20d7",
);

const SUBSETS = [
  { name: "fira-sans-400", from: "fira-sans", face: "latin-400-normal", text: LATIN, features: TABULAR },
  { name: "fira-sans-500", from: "fira-sans", face: "latin-500-normal", text: LATIN, features: TABULAR },
  { name: "math", from: "stix-two-math", face: "latin-400-normal", text: MATH, features: [] },
];

/**
 * Writes the faces that fonts.css names to static/fonts: Fira Sans and STIX Two Math come from their packages
 * with more characters and hinting than a page may load. The MATH table stays: it is what stretches brackets.
 */
function fonts(): Plugin {
  return {
    name: "fonts",
    async configResolved() {
      await mkdir(root("static/fonts"), { recursive: true });
      for (const { name, from, face, text, features } of SUBSETS) {
        const whole = await readFile(root(`node_modules/@fontsource/${from}/files/${from}-${face}.woff2`));
        // Named first, because the published types do not know the last two options yet.
        const options = { targetFormat: "woff2", noHinting: true, keepFeatures: features } as const;
        await writeFile(root(`static/fonts/${name}.woff2`), await subsetFont(whole, text, options));
      }
    },
    // The Open Font License asks for its text beside the fonts.
    async generateBundle() {
      for (const name of ["fira-sans", "source-serif-4", "stix-two-math"]) {
        const source = await readFile(root(`node_modules/@fontsource/${name}/LICENSE`));
        this.emitFile({ type: "asset", fileName: `licenses/${name}.txt`, source });
      }
    },
  };
}

export default defineConfig({
  root: root("static"),
  // Relative, so that the pages work under any path a proxy gives them.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: process.env["VITEST"] ? [] : [fonts()],
  build: {
    target: "es2022",
    manifest: true,
    license: { fileName: "licenses/scripts.md" },
    rolldownOptions: { input: root("static/src/main.tsx") },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
