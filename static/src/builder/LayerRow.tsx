import type { JSX } from "preact";

import { Icon } from "../paint/icons";
import { whole } from "../numbers";
import type { Catalogue } from "../wire/messages";
import { locale, n, t } from "../words/words";
import { AddLayer } from "./AddLayer";
import type { Drag } from "./drag";
import { Settings } from "./Form";
import { named, swapped, type Chosen } from "./kinds";
import type { Layer, Shape } from "./layers";
import { Picker } from "./Picker";
import { Problems } from "./Problems";
import { readName, Reads } from "./Reads";
import { branches, readsOf } from "./wiring";

interface Props {
  layer: Layer;
  layers: readonly Layer[];
  shape: Shape;
  place: number;
  places: number;
  batch: number;
  known: Catalogue;
  chosen: boolean;
  open: boolean;
  drag: Drag;
  onOpen: () => void;
  onReplace: (layer: Layer) => void;
  onAddBelow: (kind: string) => void;
  onRemove: () => void;
}

/** A line of the network: a grip to move it by, what it is, and when open its settings. */
export function LayerRow(props: Props): JSX.Element {
  const { layer, layers, shape, place, places, chosen, open, drag, onOpen } = props;
  const named = (name: string): string => readName(layers, name);
  const dropped =
    drag.gap === place ? " drop-before" : drag.gap === places && place === places - 1 ? " drop-after" : "";
  return (
    <li
      class={`builder-layer${chosen ? " chosen" : ""}${drag.from === place ? " dragged" : ""}${dropped}`}
      onDragOver={(event) => drag.over(event, place)}
      onDrop={drag.drop}
    >
      <div class="builder-row">
        <button
          type="button"
          class="builder-grip"
          data-part="grip"
          draggable
          title={t("builder.grip.help")}
          aria-label={t("builder.grip", { layer: layerName(layer, shape), place: place + 1, places })}
          aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
          onDragStart={(event) => drag.start(event, place)}
          onDragEnd={drag.end}
        >
          <Icon name="grip" size={13} />
        </button>
        <button
          type="button"
          class="builder-name"
          data-part="name"
          aria-current={chosen}
          aria-expanded={open}
          onClick={onOpen}
        >
          <span>
            {layer.kind}
            <small>{` ${passage(layer, shape)}`}</small>
          </span>
          <Detail {...props} />
        </button>
      </div>
      {branches(layers, place) && (
        <p class="builder-reads note">{t("builder.reads", { names: readsOf(layers, place).map(named).join(" + ") })}</p>
      )}
      <Problems at={`network.layers.${place}`} deep={!open} />
      {open && <Editor {...props} />}
    </li>
  );
}

/** What a layer is called, with its features where it changes them. */
export function layerName(layer: Layer, shape: Shape): string {
  return `${layer.kind} ${passage(layer, shape)}`.trim();
}

/** "2 → 8": the features that go in and those that come out. */
function passage(layer: Layer, { input, output }: Shape): string {
  if (!input || !output || (input[0] === output[0] && layer.kind !== "Linear")) return "";
  return `${input[0]} → ${output[0]}`;
}

/** On the right: how many parameters a layer trains, or the shape of what it passes on. */
function Detail({ shape, batch }: Pick<Props, "shape" | "batch">): JSX.Element {
  if (shape.parameters === null) return <small>–</small>;
  if (shape.parameters === 0) return <small>{[batch, ...(shape.output ?? [])].join(" × ")}</small>;
  const count = whole(shape.parameters, locale.value);
  return (
    <small>
      <span aria-hidden="true">{count}</span>
      <span class="visually-hidden">{n("builder.parameters", shape.parameters, { count })}</span>
    </small>
  );
}

function Editor({ layer, layers, shape, place, known, onReplace, onAddBelow, onRemove }: Props): JSX.Element {
  const chosen = layer as Chosen;
  const name = layerName(layer, shape);
  return (
    <div class="builder-editor" role="group" aria-label={name}>
      <div class="builder-field">
        <span>{t("builder.kind.layer")}</span>
        <Picker
          label={t("builder.kind.layer")}
          options={known.layers.map((each) => each.kind)}
          picked={layer.kind}
          onPick={(kind) => onReplace(changed(layer, known, kind))}
        />
      </div>
      <Reads layers={layers} place={place} known={known} onReplace={onReplace} />
      <Settings
        kind={named(known.layers, layer.kind)}
        chosen={chosen}
        at={`network.layers.${place}`}
        onSet={(setting, value) => onReplace({ ...layer, [setting]: value } as Layer)}
      />
      <div class="builder-acts">
        <AddLayer
          kinds={known.layers}
          label={t("builder.add.below")}
          onAdd={(kind) => onAddBelow(kind.kind)}
        />
        <button
          type="button"
          class="button"
          aria-label={t("builder.remove.layer", { layer: name })}
          onClick={onRemove}
        >
          <Icon name="trash" size={14} />
          {t("builder.remove")}
        </button>
      </div>
    </div>
  );
}

/** Another kind in the same place. It goes on reading what the old one read, as far as it reads so many. */
function changed(layer: Layer, known: Catalogue, kind: string): Layer {
  const [, most] = named(known.layers, kind).reads;
  const next = swapped(layer as Chosen, known.layers, kind) as unknown as Layer;
  const { name, inputs = [] } = layer;
  return { ...next, ...(name && { name }), ...(inputs.length > 0 && { inputs: inputs.slice(0, most) }) };
}
