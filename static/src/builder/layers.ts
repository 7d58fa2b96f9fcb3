/** The list of layers, edited: each edit answers a new experiment and leaves the old one as it was. */
import type { Experiment } from "../wire/messages";

export type Layer = Experiment["network"]["layers"][number];

export function insert(experiment: Experiment, place: number, layer: Layer): Experiment {
  const layers = experiment.network.layers;
  return withLayers(experiment, [...layers.slice(0, place), layer, ...layers.slice(place)]);
}

export function remove(experiment: Experiment, place: number): Experiment {
  return withLayers(
    experiment,
    experiment.network.layers.filter((_, i) => i !== place),
  );
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
  return insert(remove(experiment, from), to, layer);
}

/** The place of a layer dropped into a gap; gap 0 is before the first. Its old place closes behind it. */
export function landing(from: number, gap: number): number {
  return gap > from ? gap - 1 : gap;
}

/** What a layer takes and gives for one example, and how many numbers it trains. */
export interface Shape {
  inputs: number;
  outputs: number;
  parameters: number;
}

export function shapes(layers: readonly Layer[], features: number): Shape[] {
  let inputs = features;
  return layers.map((layer) => {
    const shape = shapeOf(layer, inputs);
    inputs = shape.outputs;
    return shape;
  });
}

function shapeOf(layer: Layer, inputs: number): Shape {
  if (layer.kind !== "Linear") return { inputs, outputs: inputs, parameters: 0 };
  const outputs = layer.out_features;
  return { inputs, outputs, parameters: outputs * (inputs + (layer.bias ? 1 : 0)) };
}

function withLayers(experiment: Experiment, layers: Layer[]): Experiment {
  return { ...experiment, network: { layers } };
}
