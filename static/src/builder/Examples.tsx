import "./files.css";
import type { JSX } from "preact";

import { change, experiment } from "../state/experiment";
import { NORMAL, speed } from "../state/moment";
import { catalogue } from "../state/run";
import type { Experiment } from "../wire/messages";
import { isKey, t } from "../words/words";
import { sameExperiment } from "./document";

const OWN = "";

/** The experiments that come with Backflow; one that was edited says so. */
export function Examples(): JSX.Element {
  const [shown, known] = [experiment.value, catalogue.value];
  const examples = (known?.examples ?? []) as unknown as readonly Experiment[];
  const from = examples.find((each) => each.name === shown?.name);
  const untouched = known && from && shown && sameExperiment(from, shown, known);
  return (
    <select
      class="builder-examples"
      aria-label={t("examples.label")}
      value={untouched ? from.name : OWN}
      onChange={(event) => {
        const picked = examples.find((each) => each.name === event.currentTarget.value);
        if (!picked) return;
        speed.value = NORMAL; // whatever it is, it begins so that one can follow
        change(picked);
      }}
    >
      {!untouched && (
        <option value={OWN}>
          {from ? t("examples.changed", { name: titleOf(from.name) }) : shown?.name || t("examples.own")}
        </option>
      )}
      {examples.map(({ name }) => (
        <option key={name} value={name}>
          {titleOf(name)}
        </option>
      ))}
    </select>
  );
}

function titleOf(name: string): string {
  const key = `example.${name}`;
  return isKey(key) ? t(key) : name;
}
