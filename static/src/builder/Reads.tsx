import type { JSX } from "preact";

import { Icon } from "../paint/icons";
import type { Catalogue } from "../wire/messages";
import { t } from "../words/words";
import { named } from "./kinds";
import type { Layer } from "./layers";
import { Picker } from "./Picker";
import { Problems } from "./Problems";
import { INPUT, readable, readsOf } from "./wiring";

interface Props {
  layers: readonly Layer[];
  place: number;
  known: Catalogue;
  onReplace: (layer: Layer) => void;
}

/** Which layers a layer reads: branches, links around a block, several values that meet. */
export function Reads({ layers, place, known, onReplace }: Props): JSX.Element | null {
  const layer = layers[place];
  if (!layer || place === 0) return null; // there is only the input to read
  const [least, most] = named(known.layers, layer.kind).reads;
  const reads = readsOf(layers, place);
  const options = readable(layers, place);
  const set = (inputs: string[]): void => onReplace({ ...layer, inputs });
  const label = (k: number): string => t("builder.reads.label", { place: k + 1, places: reads.length });
  return (
    <div class="builder-field" role="group" aria-label={t("builder.reads.title")}>
      <span>{t("builder.reads.title")}</span>
      <span class="builder-inputs">
        {reads.map((name, k) => (
          <Picker
            key={k}
            label={label(k)}
            options={options.includes(name) ? options : [...options, name]}
            picked={name}
            name={(option) => readName(layers, option)}
            onPick={(next) => set(reads.map((old, at) => (at === k ? next : old)))}
          />
        ))}
        {reads.length < most && (
          <button type="button" class="button" aria-label={t("builder.reads.add")} title={t("builder.reads.add")} onClick={() => set([...reads, options.at(-1) ?? INPUT])}>
            <Icon name="plus" size={14} />
          </button>
        )}
        {reads.length > least && (
          <button type="button" class="button" aria-label={t("builder.reads.remove")} title={t("builder.reads.remove")} onClick={() => set(reads.slice(0, -1))}>
            <Icon name="trash" size={14} />
          </button>
        )}
      </span>
      <Problems at={`network.layers.${place}.inputs`} deep />
    </div>
  );
}

/** A layer as another one's list of inputs names it: "2 Linear", "gate", the input. */
export function readName(layers: readonly Layer[], name: string): string {
  if (name === INPUT) return t("builder.input");
  const kind = /^\d+$/.test(name) ? layers[Number(name)]?.kind : undefined;
  return kind ? `${Number(name) + 1} ${kind}` : name;
}
