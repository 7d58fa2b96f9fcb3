import "./layers.css";
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { change } from "../state/experiment";
import { graph } from "../state/run";
import { select, selection } from "../state/selection";
import type { Catalogue, Experiment } from "../wire/messages";
import { t } from "../words/words";
import { AddLayer } from "./AddLayer";
import { useDrag } from "./drag";
import { addition, factsOf } from "./fit";
import { LayerRow, layerName } from "./LayerRow";
import { insert, move, remove, replace, shapes, UNKNOWN } from "./layers";
import { Problems } from "./Problems";
import { SeedField } from "./SeedField";
import { named } from "./kinds";
import { joined } from "./wiring";

/** The layers in the order of the forward pass: edited in place, moved by dragging or by Alt and arrows. */
export function Network({ of, known }: { of: Experiment; known: Catalogue }): JSX.Element {
  const title = useId();
  const list = useRef<HTMLOListElement>(null);
  const [open, setOpen] = useState(-1);
  const [said, say] = useState("");
  // A row that is still to be drawn takes the focus once it stands.
  const [focus, setFocus] = useState(-1);
  const { layers } = of.network;
  const built = shapes(layers, graph.value);
  const places = layers.length;
  const drag = useDrag(moveTo);

  useEffect(() => {
    if (focus < 0) return;
    focusOn(focus, "name");
    setFocus(-1);
  }, [focus]);

  function focusOn(place: number, part: string): void {
    list.current?.children[place + 1]?.querySelector<HTMLElement>(`[data-part="${part}"]`)?.focus();
  }

  function nameAt(place: number): string {
    const [layer, shape] = [layers[place], built[place]];
    return layer && shape ? layerName(layer, shape) : "";
  }

  function moveTo(from: number, to: number): void {
    const next = move(of, from, to);
    if (next === of) return say(t("builder.said.edge", { layer: nameAt(from) }));
    change(next);
    setOpen(open === from ? to : -1);
    say(t("builder.said.moved", { layer: layers[from]?.kind ?? "", place: to + 1, places }));
  }

  function add(kind: string, place: number): void {
    const layer = addition(of, kind, place, known);
    const joins = named(known.layers, kind).reads[0] > 1;
    const outputs = built.map((shape) => shape.output);
    change(insert(of, place, joins ? { ...layer, inputs: joined(layers, place, outputs) } : layer));
    setOpen(place);
    setFocus(place);
    say(t("builder.said.added", { layer: kind, place: place + 1, places: places + 1 }));
  }

  function drop(place: number): void {
    change(remove(of, place));
    setOpen(-1);
    setFocus(Math.min(place, places - 2));
    say(t("builder.said.removed", { layer: nameAt(place), places: places - 1 }));
  }

  function press(event: TargetedKeyboardEvent<HTMLElement>): void {
    const part = (event.target as HTMLElement).dataset["part"];
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!event.altKey || !step || !part) return;
    event.preventDefault();
    const row = (event.target as HTMLElement).closest("li");
    const from = Array.from(list.current?.children ?? []).indexOf(row as Element) - 1;
    moveTo(from, from + step);
    focusOn(Math.max(0, Math.min(places - 1, from + step)), part);
  }

  function toggle(place: number): void {
    const node = nodeOf(place);
    if (node >= 0) select({ kind: "layer", node });
    setOpen(open === place ? -1 : place);
  }

  const chosen = graph.value?.nodes[selection.value?.node ?? -1]?.layer ?? -1;
  return (
    <section class="builder-section" aria-labelledby={title}>
      <header>
        <h2 id={title}>{t("builder.network")}</h2>
        <SeedField of={of} known={known} name="init" label={t("builder.seed.init.short")} />
      </header>
      <ol ref={list} class="builder-layers" aria-label={t("builder.layers")} onKeyDown={press}>
        <li class="builder-row builder-input">
          <span>{t("builder.input")}</span>
          <small>{[of.batch, ...factsOf(of.data.kind, known).shape].join(" × ")}</small>
        </li>
        {layers.map((layer, place) => (
          <LayerRow
            key={place}
            layer={layer}
            layers={layers}
            shape={built[place] ?? UNKNOWN}
            place={place}
            places={places}
            batch={of.batch}
            known={known}
            chosen={chosen === place}
            open={open === place}
            drag={drag}
            onOpen={() => toggle(place)}
            onReplace={(next) => change(replace(of, place, next))}
            onAddBelow={(kind) => add(kind, place + 1)}
            onRemove={() => drop(place)}
          />
        ))}
      </ol>
      <Problems at="network" />
      <Problems at="network.layers" />
      <AddLayer kinds={known.layers} label={t("builder.add")} onAdd={(kind) => add(kind.kind, places)} />
      <p class="visually-hidden" role="status">
        {said}
      </p>
    </section>
  );
}

/** The node that a layer became in the run shown; -1 if the run is of another network. */
function nodeOf(place: number): number {
  return graph.peek()?.nodes.findIndex((node) => node.layer === place) ?? -1;
}
