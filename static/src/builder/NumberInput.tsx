import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useId, useState } from "preact/hooks";

import type { Setting } from "../wire/messages";
import { t } from "../words/words";
import { read, spelled, stepped, written, type Refusal } from "./field";
import { sentence } from "../words/sentence";
import { Problem } from "./Problems";

interface Props {
  setting: Setting;
  /** Null where an optional setting is left empty. */
  value: number | null;
  onTake: (value: number | null) => void;
  id?: string;
  label?: string;
}

/**
 * A number that is taken on Enter, on leaving the field and by the arrow keys. What cannot be taken stays as
 * it was typed, with the reason below, and changes nothing; Escape brings the value back.
 */
export function NumberInput({ setting, value, onTake, id, label }: Props): JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const reason = useId();

  function forget(): void {
    setDraft(null);
    setRefusal(null);
  }

  useEffect(forget, [value]);

  function settle(): void {
    if (draft === null) return;
    if (setting.optional && draft.trim() === "") return take(null);
    const reading = read(setting, draft);
    if (reading.refusal) return setRefusal(reading.refusal);
    take(reading.value);
  }

  function take(next: number | null): void {
    forget();
    if (next !== value) onTake(next);
  }

  function press(event: TargetedKeyboardEvent<HTMLInputElement>): void {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key] as 1 | -1 | undefined;
    if (event.key === "Enter") settle();
    if (event.key === "Escape") forget();
    if (!direction || event.altKey) return;
    event.preventDefault();
    const from = read(setting, draft ?? "").value ?? value ?? Math.max(0, setting.low ?? 0);
    take(stepped(setting, from, direction, event.shiftKey));
  }

  return (
    <>
      <input
        type="text"
        inputMode={setting.type === "integer" ? "numeric" : "decimal"}
        role="spinbutton"
        class="builder-number"
        id={id}
        aria-label={label}
        aria-valuenow={value === null ? undefined : (spelled(value) as unknown as number)}
        aria-valuetext={value === null ? t("builder.none") : written(value)}
        aria-valuemin={setting.low ?? undefined}
        aria-valuemax={setting.high ?? undefined}
        aria-invalid={refusal !== null}
        aria-describedby={refusal ? reason : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder={setting.optional ? t("builder.none") : undefined}
        value={draft ?? (value === null ? "" : written(value))}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onBlur={settle}
        onKeyDown={press}
      />
      {refusal && (
        <Problem
          id={reason}
          words={sentence({ ...refusal, expected: "", came: "", values: { ...refusal.values } })}
        />
      )}
    </>
  );
}
