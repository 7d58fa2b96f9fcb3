import type { JSX } from "preact";

import { change } from "../state/experiment";
import type { Catalogue, Experiment } from "../wire/messages";
import { Field } from "./Form";

interface Props {
  of: Experiment;
  known: Catalogue;
  name: keyof Experiment["seeds"];
  label: string;
}

/** One of the four seeds; each varies one thing and leaves the others as they are. */
export function SeedField({ of, known, name, label }: Props): JSX.Element | null {
  const setting = known.seeds.find((each) => each.name === name);
  if (!setting) return null;
  const set = (value: unknown): void => change({ ...of, seeds: { ...of.seeds, [name]: value as number } });
  return <Field setting={setting} value={of.seeds[name]} at={`seeds.${name}`} label={label} onSet={set} />;
}
