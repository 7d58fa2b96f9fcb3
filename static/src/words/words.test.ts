import { afterEach, describe, expect, test } from "vitest";

import en from "../../../app/locale/en.json";
import ko from "../../../app/locale/ko.json";
import { isKey, n, speak, t } from "./words";

const english: Record<string, string> = en;
const korean: Record<string, string> = ko;

afterEach(() => speak("en"));

describe("the catalogues", () => {
  test("have the same keys, sorted", () => {
    expect(Object.keys(korean)).toEqual(Object.keys(english));
    expect(Object.keys(english)).toEqual(Object.keys(english).sort());
  });

  test("have the same placeholders under each key", () => {
    const names = (words = "") => new Set(words.match(/\{\w+\}/g));
    for (const key of Object.keys(english))
      expect([key, names(korean[key])]).toEqual([key, names(english[key])]);
  });

  test("leave nothing empty and no space at an end", () => {
    for (const [key, words] of [...Object.entries(english), ...Object.entries(korean)])
      expect([key, words]).toEqual([key, words.trim() || "words"]);
  });

  test("give every count both forms", () => {
    const others = Object.keys(english).filter((key) => key.endsWith(".other"));
    expect(others).not.toHaveLength(0);
    for (const key of others) expect(english).toHaveProperty([key.replace(/other$/, "one")]);
  });

  test("write a minus as a minus", () => {
    for (const words of [...Object.values(english), ...Object.values(korean)])
      expect(words).not.toMatch(/(^|\s)-\d/);
  });
});

test("words follow the language of the page", async () => {
  expect(t("mark.zero")).toBe("zero");
  await speak("ko");
  expect(t("mark.zero")).toBe("0");
});

test("Korean has one word for one thing", () => {
  const all = Object.values(ko).join("\n");
  expect(all).not.toContain("훈련"); // 학습
  expect(all).not.toMatch(/최적화(?!기)/);
});

test("a count takes the form its language asks for", async () => {
  expect(n("builder.parameters", 1)).toBe("1 parameter");
  expect(n("builder.parameters", 105)).toBe("105 parameters");
  await speak("ko");
  expect(n("builder.parameters", 1)).toBe("매개변수 (parameter) 1개");
});

test("a value left out stays visible as its name", () => {
  expect(n("builder.parameters", 2816, { count: "2,816" })).toBe("2,816 parameters");
  expect(t("builder.parameters.other")).toBe("{count} parameters");
});

test("a key put together from data can be asked for", () => {
  expect([isKey("mark.zero"), isKey("mark.purple"), isKey("toString")]).toEqual([true, false, false]);
});

test("a name that turns the direction of what follows turns no sentence: its sign is shown as one that is not known", () => {
  const file = "\u202enosj.exe\u2066";
  expect(t("files.refused", { file })).toBe(t("files.refused", { file: "\ufffdnosj.exe\ufffd" }));
  expect(t("files.refused", { file })).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
});
