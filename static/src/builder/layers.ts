/**
 * The list of layers, edited: each edit answers a new experiment and leaves the old one as it was. A layer that reads
 * another by its number goes on reading the same one.
 */
import type { Experiment, Graph } from "../wire/messages";
import { sorted } from "./document";
import { calledAt, followed, readsOf } from "./wiring";

export type Layer = Experiment["network"]["layers"][number];

export function insert(experiment: Experiment, place: number, layer: Layer): Experiment {
  const layers = followed(experiment.network.layers, (at) => String(at < place ? at : at + 1));
  return withLayers(experiment, [...layers.slice(0, place), layer, ...layers.slice(place)]);
}

/** What read the layer that goes reads what it read. */
export function remove(experiment: Experiment, place: number): Experiment {
  const { layers } = experiment.network;
  const gone = calledAt(layers, place);
  const instead = readsOf(layers, place)[0] ?? "";
  const renamed = (at: number): string => String(at < place ? at : at - 1);
  const left = layers
    .map((layer) => (layer.inputs?.includes(gone) ? { ...layer, inputs: layer.inputs.map((name) => (name === gone ? instead : name)) } : layer))
    .filter((_, i) => i !== place);
  return withLayers(experiment, followed(left, renamed));
}

export function replace(experiment: Experiment, place: number, layer: Layer): Experiment {
  return withLayers(
    experiment,
    experiment.network.layers.map((old, i) => (i === place ? layer : old)),
  );
}

/** Puts a layer at place `to`; the same experiment if it is there already or there is no such place. */
export function move(experiment: Experiment, from: number, to: number): Experiment {
  const layers = experiment.network.layers;
  const layer = layers[from];
  if (!layer || from === to || to < 0 || to >= layers.length) return experiment;
  const order = layers.map((_, i) => i).filter((i) => i !== from);
  order.splice(to, 0, from);
  const moved = followed(layers, (at) => String(order.indexOf(at)));
  return withLayers(experiment, order.map((i) => moved[i] as Layer));
}

/** The place of a layer dropped into a gap; gap 0 is before the first. Its old place closes behind it. */
export function landing(from: number, gap: number): number {
  return gap > from ? gap - 1 : gap;
}

/** What a layer takes and gives for one example, features first, and how many numbers it trains; null: not known yet. */
export interface Shape {
  input: readonly number[] | null;
  output: readonly number[] | null;
  parameters: number | null;
}

export const UNKNOWN: Shape = { input: null, output: null, parameters: null };

/**
 * The shapes of every layer. The service tells those of the network that runs; of one that is being built, those
 * layers keep theirs that stand before the first change.
 */
export function shapes(layers: readonly Layer[], graph: Graph | null): Shape[] {
  const running = graph?.experiment.network.layers ?? [];
  const changed = layers.findIndex((layer, place) => !alike(layer, running[place]));
  const known = changed < 0 ? layers.length : changed;
  return layers.map((_, place) => (graph && place < known ? shapeAt(graph, place) : UNKNOWN));
}

function alike(a: Layer, b: Layer | undefined): boolean {
  return a === b || sorted(a) === sorted(b);
}

function shapeAt(graph: Graph, place: number): Shape {
  const nodes = graph.nodes.filter((node) => node.layer === place);
  const source = nodes[0]?.sources[0] ?? -1;
  const input = source < 0 ? graph.data.shape : (graph.nodes[source]?.shape ?? null);
  const own = graph.parameters.filter((p) => graph.nodes[p.node]?.layer === place);
  const parameters = own.reduce((sum, { shape }) => sum + shape.reduce((size, n) => size * n, 1), 0);
  return { input, output: nodes.at(-1)?.shape ?? null, parameters };
}

function withLayers(experiment: Experiment, layers: Layer[]): Experiment {
  return { ...experiment, network: { layers } };
}
