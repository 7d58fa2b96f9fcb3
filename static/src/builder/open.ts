/** Opening a file: the service judges it before anything changes. */
import { change } from "../state/experiment";
import { catalogue } from "../state/run";
import type { Experiment, Fault } from "../wire/messages";
import { experimentFrom, fault, LARGEST, missingParts } from "./document";

/** Opens a document that the service finds valid; answers what is wrong with any other. */
export async function openFile(file: File): Promise<readonly Fault[]> {
  const known = catalogue.peek();
  if (!known) return [fault("", "unreachable", "", "")];
  if (file.size > LARGEST) return [fault("", "too_long", `at most ${LARGEST} bytes`, String(file.size))];
  const text = await file.text();
  const problems = await check(text);
  if (problems.length > 0) return problems;
  const document = JSON.parse(text) as Partial<Experiment>;
  const missing = missingParts(document);
  if (missing.length === 0) change(experimentFrom(document, known));
  return missing;
}

async function check(text: string): Promise<readonly Fault[]> {
  try {
    const response = await fetch(new URL("api/check", document.baseURI), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: text,
    });
    if (response.ok) return [];
    if (response.status === 422) return ((await response.json()) as { problems: Fault[] }).problems;
  } catch {
    // No answer at all: said below, like any answer that is none.
  }
  return [fault("", "unreachable", "", "")];
}
