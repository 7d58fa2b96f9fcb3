/**
 * A number of the engine: four digits to read, all of them to copy, and a mark while the pass has not come
 * to it.
 */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { exact, format } from "../numbers";
import { t } from "../words/words";

/** The number copied last, for the line that is read aloud. */
export const copied = signal("");

interface Props {
  /** null: the frame does not carry it. */
  value: number | null;
  /** data-testid, after "inspector-". */
  id: string;
  /** false while the pass shown has not reached it. */
  known?: boolean;
  sign?: boolean;
  /** Colour by sign. */
  hued?: boolean;
}

export function Live({ value, id, known = true, sign = false, hued = false }: Props): JSX.Element {
  if (!known) return <NotReached id={id} />;
  if (value === null) {
    return (
      <span class="inspector-absent" data-testid={`inspector-${id}`} title={t("inspector.absent")}>
        –<span class="visually-hidden">{t("inspector.absent")}</span>
      </span>
    );
  }
  const all = exact(value);
  return (
    <button
      type="button"
      class={`inspector-live ${tone(value, hued)}`}
      data-testid={`inspector-${id}`}
      data-exact={all}
      title={t(copied.value === all ? "inspector.copied" : "inspector.copy", { value: all })}
      onClick={() => void copy(all)}
    >
      {format(value, sign)}
    </button>
  );
}

/** The same in a table, where a button for every cell would be in the way. */
export function Cell({
  value,
  known = true,
  hued = false,
}: Pick<Props, "value" | "known" | "hued">): JSX.Element {
  if (!known) return <NotReached />;
  if (value === null) return <span class="inspector-absent">–</span>;
  return (
    <span class={tone(value, hued)} data-exact={exact(value)} title={exact(value)}>
      {format(value)}
    </span>
  );
}

function NotReached({ id }: { id?: string }): JSX.Element {
  return (
    <span
      class="inspector-waiting"
      {...(id ? { "data-testid": `inspector-${id}` } : {})}
      title={t("mark.waiting")}
    >
      <span class="visually-hidden">{t("mark.waiting")}</span>
    </span>
  );
}

export function tone(value: number, hued = true): string {
  if (!Number.isFinite(value)) return "alarm";
  if (!hued || value === 0) return "";
  return value > 0 ? "pos" : "neg";
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    copied.value = text;
  } catch {
    copied.value = ""; // not allowed here; the title still shows every digit
  }
}
