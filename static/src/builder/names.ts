/** What things are called on the page. A kind the catalogues have no word for goes by its own name. */
import type { Fault } from "../wire/messages";
import { isKey, t, type Values } from "../words/words";

export type Named = "data" | "loss" | "init" | "setting";

export function nameOf(what: Named, name: string): string {
  const key = `builder.${what}.${name}`;
  return isKey(key) ? t(key) : name;
}

/** A group of layers in a menu. */
export function groupName(group: string): string {
  const key = `builder.layers.${group}`;
  return isKey(key) ? t(key) : group;
}

/** What is said of a value that is allowed; the service names the sentence. */
export function noteOf(code: string): string {
  const key = `note.${code}`;
  return isKey(key) ? t(key) : code;
}

/** A problem as a sentence: what was expected, what came, what to do. */
export function sentence({
  code,
  values,
  expected,
  came,
}: Pick<Fault, "code" | "values" | "expected" | "came">): string {
  const key = `problem.${code}`;
  const filled: Record<string, string | number> = { expected, came, ...values };
  if (typeof filled["loss"] === "string") filled["loss"] = nameOf("loss", filled["loss"]);
  return isKey(key) ? t(key, filled as Values) : t("problem.unnamed", filled as Values);
}
