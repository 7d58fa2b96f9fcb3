/** What a person types into a number field: read, judged by the catalogue's limits, stepped by arrow keys. */
import type { Setting } from "../wire/messages";

export type Limits = Pick<Setting, "type" | "low" | "high" | "above">;
/** What is wrong with a text, by the code that names the sentence to show. */
export interface Refusal {
  code: "number" | "whole" | "range" | "range_above" | "vanishes";
  values: Readonly<Record<string, string | number>>;
}
export type Reading = { value: number; refusal: null } | { value: null; refusal: Refusal };

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number a text stands for, or why it is none that this setting takes. */
export function read(limits: Limits, text: string): Reading {
  const came = text.trim();
  const plain = came.replace(/−/g, "-").replace(/,(?=\d{3}(\D|$))/g, "");
  const value = NUMBER.test(plain) ? Number(plain) : NaN;
  if (!Number.isFinite(value)) return refused(limits.type === "integer" ? "whole" : "number", { came });
  if (value === 0 && /^[^e]*[1-9]/i.test(plain)) return refused("vanishes", { came });
  if (limits.type === "integer" && !Number.isInteger(value)) return refused("whole", { came });
  if (!admits(limits, value))
    return refused(limits.above ? "range_above" : "range", { came, ...ends(limits) });
  return { value, refusal: null };
}

/**
 * The next value up or down: whole numbers by 1, others by one unit of their leading digit, so that 0.006
 * goes to 0.007 and 0.01 down to 0.009. `far` steps ten at once. Stops at the limits.
 */
export function stepped(limits: Limits, value: number, direction: 1 | -1, far: boolean): number {
  const size = (far ? 10 : 1) * (limits.type === "integer" ? 1 : unit(limits, value, direction));
  const next = Number((value + direction * size).toPrecision(12));
  const held = Math.min(limits.high ?? Infinity, Math.max(limits.low ?? -Infinity, next));
  return admits(limits, held) ? held : value;
}

/** A value as it stands in its field: the shortest text that reads back as the same number. */
export function written(value: number): string {
  return String(value).replace(/-/g, "−");
}

/** A value in digits alone, as assistive technology wants it: 0.00000001. */
export function spelled(value: number): string {
  return value.toLocaleString("en", { useGrouping: false, maximumFractionDigits: 20 });
}

function admits({ low, high, above }: Limits, value: number): boolean {
  const least = low ?? -Infinity;
  return value <= (high ?? Infinity) && (above ? value > least : value >= least);
}

function ends({ low, high }: Limits): Record<string, string> {
  return { low: written(low ?? -Infinity), high: written(high ?? Infinity) };
}

function unit({ low, high }: Limits, value: number, direction: 1 | -1): number {
  if (value === 0) return (high ?? Infinity) - (low ?? -Infinity) <= 1 ? 0.01 : 0.1;
  const size = Math.abs(value);
  const digit = 10 ** Math.floor(Math.log10(size) + 1e-9);
  const shrinks = direction * value < 0;
  return shrinks && size - digit < digit / 2 ? digit / 10 : digit;
}

function refused(code: Refusal["code"], values: Refusal["values"]): Reading {
  return { value: null, refusal: { code, values } };
}
