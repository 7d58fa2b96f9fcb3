import "./fields.css";
import type { JSX } from "preact";
import { useId } from "preact/hooks";

import { catalogue } from "../state/run";
import type { Kind, Setting } from "../wire/messages";
import { t } from "../words/words";
import { named, swapped, type Chosen } from "./kinds";
import { nameOf } from "../words/names";
import { noteOf } from "../words/sentence";
import { NumberInput } from "./NumberInput";
import { Picker } from "./Picker";
import { Problems } from "./Problems";

interface SettingsProps {
  kind: Kind;
  chosen: Chosen;
  /** Dotted path of the choice in the experiment, where its problems are looked up. */
  at: string;
  onSet: (name: string, value: unknown) => void;
  /** Which of the kind's settings to show; all of them if it is left out. */
  only?: (name: string) => boolean;
}

/** A field for each setting of a choice, drawn from the catalogue. */
export function Settings({ kind, chosen, at, onSet, only = () => true }: SettingsProps): JSX.Element {
  return (
    <>
      {kind.settings
        .filter(({ name }) => only(name))
        .map((setting) => (
          <Field
            key={setting.name}
            setting={setting}
            value={chosen[setting.name]}
            at={`${at}.${setting.name}`}
            onSet={(value) => onSet(setting.name, value)}
          />
        ))}
    </>
  );
}

interface FieldProps {
  setting: Setting;
  value: unknown;
  at: string;
  onSet: (value: unknown) => void;
  label?: string;
}

/** One setting with its name, and below it whatever is wrong with it, or allowed and worth a word. */
export function Field({
  setting,
  value,
  at,
  onSet,
  label = nameOf("setting", setting.name),
}: FieldProps): JSX.Element {
  const id = useId();
  if (setting.type === "choice")
    return <Choice label={label} chosen={value as Chosen} at={at} onSet={onSet} />;
  if (setting.length > 1)
    return (
      <Several
        setting={setting}
        values={(value ?? []) as readonly number[]}
        at={at}
        onSet={onSet}
        label={label}
      />
    );
  return (
    <div class="builder-field">
      <label for={id} title={setting.name}>
        {label}
      </label>
      {setting.type === "boolean" ? (
        <input
          id={id}
          type="checkbox"
          checked={value === true}
          onChange={(e) => onSet(e.currentTarget.checked)}
        />
      ) : setting.type === "option" ? (
        <Picker id={id} options={setting.options} picked={String(value)} onPick={onSet} />
      ) : (
        <NumberInput id={id} setting={setting} value={value as number | null} onTake={onSet} />
      )}
      <Problems at={at} deep />
      {setting.noted && setting.noted.value === value && <p class="builder-note">{noteOf(setting.noted.code)}</p>}
    </div>
  );
}

interface SeveralProps extends Omit<FieldProps, "value" | "label"> {
  values: readonly number[];
  label: string;
}

/**
 * Several numbers in a line; where their count is free, a button takes the last away and one adds another. Where they
 * may be left empty, it is all of them that come and go.
 */
function Several({ setting, values, at, onSet, label }: SeveralProps): JSX.Element {
  const { shortest, optional } = setting;
  const fewer = optional && values.length <= shortest ? null : values.slice(0, -1);
  const more = Array.from({ length: Math.max(1, shortest - values.length) }, () => setting.low ?? 0);
  return (
    <div class="builder-field" role="group" aria-label={label}>
      <span title={setting.name}>{label}</span>
      <span class="builder-several">
        {optional && values.length === 0 && <span class="builder-none">{t("builder.none")}</span>}
        {values.map((value, i) => (
          <NumberInput
            key={i}
            setting={setting}
            value={value}
            label={t("builder.part", { name: label, part: i + 1, parts: values.length })}
            onTake={(next) => onSet(values.map((old, place) => (place === i ? next : old)))}
          />
        ))}
        {values.length > (optional ? 0 : shortest) && (
          <button
            type="button"
            class="button"
            aria-label={t("builder.fewer", { name: label })}
            onClick={() => onSet(fewer)}
          >
            −
          </button>
        )}
        {values.length < setting.length && (
          <button
            type="button"
            class="button"
            aria-label={t("builder.more.of", { name: label })}
            onClick={() => onSet([...values, ...more])}
          >
            +
          </button>
        )}
      </span>
      <Problems at={at} deep />
    </div>
  );
}

/** A choice inside a choice: how weights and biases start. */
function Choice({
  label,
  chosen,
  at,
  onSet,
}: { label: string; chosen: Chosen } & Pick<FieldProps, "at" | "onSet">): JSX.Element {
  const id = useId();
  const kinds = catalogue.value?.initializers ?? [];
  const kind = named(kinds, chosen.kind);
  return (
    <>
      <div class="builder-field">
        <label for={id}>{label}</label>
        <Picker
          id={id}
          options={kinds.map((each) => each.kind)}
          picked={chosen.kind}
          name={(kind) => nameOf("init", kind)}
          onPick={(kind) => onSet(swapped(chosen, kinds, kind))}
        />
        <Problems at={at} />
      </div>
      {kind.settings.length > 0 && (
        <div class="builder-inner" role="group" aria-label={label}>
          <Settings
            kind={kind}
            chosen={chosen}
            at={at}
            onSet={(name, value) => onSet({ ...chosen, [name]: value })}
          />
        </div>
      )}
    </>
  );
}
