import { expect, test } from "vitest";

const sources = import.meta.glob<string>(["../**/*.ts", "../**/*.tsx", "!../**/*.test.*", "!../**/*.fixture.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});

test("nothing on the page measures by the clock of the day, which somebody may set", () => {
  expect(Object.keys(sources).length).toBeGreaterThan(100);
  const dated = Object.entries(sources).filter(([, text]) => /\bDate\b/.test(text));
  expect(dated.map(([path]) => path)).toEqual([]);
});
