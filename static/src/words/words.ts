import { signal } from "@preact/signals";

import en from "../../../app/locale/en.json";

export type Locale = "en" | "ko";
export type Key = keyof typeof en;
/** What can be counted: the keys that come as "name.one" and "name.other". */
export type Counted = { [K in Key]: K extends `${infer Name}.other` ? Name : never }[Key];
export type Values = Readonly<Record<string, string | number>>;

type Words = Readonly<Record<Key, string>>;

// English comes with the page; another language is fetched when it is wanted. Typed by the English keys, so that a
// word missing in Korean does not compile.
const catalogues: Partial<Record<Locale, Words>> = { en };
const fetched: Record<Locale, () => Promise<{ default: Words }>> = {
  en: () => Promise.resolve({ default: en }),
  ko: () => import("../../../app/locale/ko.json"),
};

/** The language of the page; changed by `speak`. Reading a word inside a component subscribes it to this. */
export const locale = signal<Locale>("en");

/** Change the language of the page, once its words are there. */
export async function speak(language: Locale): Promise<void> {
  catalogues[language] ??= (await fetched[language]()).default;
  locale.value = language;
}

/** The words of a key in the page's language, with {names} replaced by values. */
export function t(key: Key, values: Values = {}): string {
  return filled((catalogues[locale.value] ?? en)[key], values);
}

/** The words for a count: English has one form for 1 and another for the rest, Korean has one for all. */
export function n(name: Counted, count: number, values: Values = {}): string {
  const one = new Intl.PluralRules(locale.value).select(count) === "one";
  return t(`${name}.${one ? "one" : "other"}` as Key, { count, ...values });
}

/** Whether the catalogues know a key that was put together from data, such as the name of a layer. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(en, key);
}

/** Signs that turn the direction of all that follows: in what somebody else has named, they would turn our sentence. */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

// A name without a value stays in its braces, where a reader and a test can see it.
function filled(words: string, values: Values): string {
  return words.replace(/\{(\w+)\}/g, (braced, name: string) => String(values[name] ?? braced).replace(TURNS, "\ufffd"));
}
