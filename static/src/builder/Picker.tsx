import type { JSX } from "preact";

interface Props {
  options: readonly string[];
  picked: string;
  onPick: (option: string) => void;
  name?: (option: string) => string;
  id?: string;
  label?: string;
}

/** One of several options; `name` says what an option is called on the page. */
export function Picker({
  options,
  picked,
  onPick,
  name = (option) => option,
  id,
  label,
}: Props): JSX.Element {
  return (
    <select id={id} aria-label={label} value={picked} onChange={(event) => onPick(event.currentTarget.value)}>
      {options.map((option) => (
        <option key={option} value={option}>
          {name(option)}
        </option>
      ))}
    </select>
  );
}
