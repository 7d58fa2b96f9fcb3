/** What the service finds worth saying, as sentences: it names them, and the catalogues have the words. */
import type { Fault } from "../wire/messages";
import { nameOf } from "./names";
import { isKey, t, type Values } from "./words";

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
