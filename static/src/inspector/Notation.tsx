/** A formula of the engine's, set by the browser, with its words for those who listen. */
import type { JSX } from "preact";
import { catalogue } from "../state/run";
import { isKey, t } from "../words/words";

/** The value of an operation, or its gradient by one of its inputs. */
export function Notation({ kind, by }: { kind: string; by?: string }): JSX.Element | null {
  const notes = catalogue.value?.notation[kind];
  const markup = by === undefined ? notes?.value : notes?.gradients[by];
  if (!markup) return null;
  const words = spoken(kind, by);
  return (
    <div
      class="inspector-notation"
      {...(words ? { role: "math", "aria-label": words } : {})}
      // The service's own MathML, made from the notation beside each operation.
      dangerouslySetInnerHTML={{ __html: markup }}
    />
  );
}

/**
 * The formula in words, where the catalogues have them. Every activation sends its gradient on the same way.
 */
function spoken(kind: string, by: string | undefined): string | null {
  const keys =
    by === undefined
      ? [`inspector.says.${kind}`]
      : [`inspector.says.${kind}.${by}`, `inspector.says.gradient.${by}`];
  const key = keys.find(isKey);
  return key && isKey(key) ? t(key) : null;
}
