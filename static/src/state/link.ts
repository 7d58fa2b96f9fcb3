/** A link to a moment: experiment, edits and step in the address's fragment, which no server is sent. */
import type { Experiment, Graph } from "../wire/messages";

export interface Moment {
  experiment: Experiment;
  edits: Graph["edits"];
  step: number;
  position: number;
}

/** How a fragment that holds a moment begins. */
export const PREFIX = "#m=";

export function toFragment(moment: Moment): string {
  const bytes = new TextEncoder().encode(JSON.stringify(moment));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return PREFIX + text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The moment of a fragment, or null if it holds none. What it names is validated by the service, as any input is. */
export function fromFragment(fragment: string): Moment | null {
  if (!fragment.startsWith(PREFIX)) return null;
  try {
    const text = fragment.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const found = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Moment>;
    if (typeof found.experiment !== "object" || found.experiment === null) return null;
    const step = Number.isInteger(found.step) ? (found.step as number) : 1;
    const position = typeof found.position === "number" && found.position > 0 ? found.position : 0;
    const edits = Array.isArray(found.edits) ? found.edits : [];
    return { experiment: found.experiment, edits, step, position };
  } catch {
    return null;
  }
}
