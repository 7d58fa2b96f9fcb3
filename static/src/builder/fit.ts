/** Data, loss and last layer have to suit one another; when the data change, the other two go along. */
import type { Catalogue, Experiment } from "../wire/messages";
import { fresh, named, swapped, type Chosen } from "./kinds";
import { insert, replace, type Layer } from "./layers";

type Data = Experiment["data"];
type Loss = Experiment["loss"];

/** What a kind of data asks of a network. Regression has no classes and one target. */
export interface Facts {
  features: number;
  classes: number | null;
}

const FACTS: Readonly<Record<Data["kind"], Facts>> = {
  circles: { features: 2, classes: 2 },
  xor: { features: 2, classes: 2 },
  gaussians: { features: 2, classes: 2 },
  spiral: { features: 2, classes: 2 },
  moons: { features: 2, classes: 2 },
  checkerboard: { features: 2, classes: 2 },
  plane: { features: 2, classes: null },
  sine: { features: 1, classes: null },
  multi_gaussian: { features: 2, classes: null },
  digits: { features: 64, classes: 10 },
  iris: { features: 4, classes: 3 },
  wine: { features: 13, classes: 3 },
};

export const GROUPS = ["made", "real", "regression"] as const;
export type Group = (typeof GROUPS)[number];

export function factsOf(kind: Data["kind"]): Facts {
  return FACTS[kind];
}

/** Where a kind of data stands in the list: points made, tables measured, or numbers to predict. */
export function groupOf(kind: Data["kind"]): Group {
  if (FACTS[kind].classes === null) return "regression";
  return FACTS[kind].features === 2 ? "made" : "real";
}

/** How many outputs the loss wants: one a class, except a single logit or number for two classes. */
export function outputsNeeded(loss: Loss["kind"], { classes }: Facts): number {
  if (classes === null) return 1;
  return classes === 2 && loss !== "CrossEntropyLoss" ? 1 : classes;
}

/**
 * The experiment on another kind of data. As long as the task stays (two classes, several, numbers) the loss
 * stays; otherwise the usual loss of the new task takes its place. The last linear layer is resized.
 */
export function fitting(experiment: Experiment, kind: Data["kind"], catalogue: Catalogue): Experiment {
  const facts = FACTS[kind];
  const data = swapped(experiment.data as unknown as Chosen, catalogue.data, kind) as unknown as Data;
  const usual = usualLoss(facts);
  const keeps = usualLoss(FACTS[experiment.data.kind]) === usual;
  const loss = keeps ? experiment.loss : (fresh(named(catalogue.losses, usual)) as unknown as Loss);
  return withOutputs({ ...experiment, data, loss }, outputsNeeded(loss.kind, facts), catalogue);
}

/** The same network with so many outputs: its last linear layer is resized, or one is added. */
export function withOutputs(experiment: Experiment, outputs: number, catalogue: Catalogue): Experiment {
  const layers = experiment.network.layers;
  const place = layers.map((layer) => layer.kind).lastIndexOf("Linear");
  const last = layers[place] ?? (fresh(named(catalogue.layers, "Linear")) as unknown as Layer);
  const resized = { ...last, out_features: outputs } as Layer;
  return place < 0 ? insert(experiment, layers.length, resized) : replace(experiment, place, resized);
}

/** A layer to be added. A linear layer at the end gives what the loss needs, so that the run goes on. */
export function addition(experiment: Experiment, kind: string, place: number, catalogue: Catalogue): Layer {
  const layer = fresh(named(catalogue.layers, kind)) as unknown as Layer;
  if (layer.kind !== "Linear" || place < experiment.network.layers.length) return layer;
  return { ...layer, out_features: outputsNeeded(experiment.loss.kind, FACTS[experiment.data.kind]) };
}

function usualLoss({ classes }: Facts): Loss["kind"] {
  if (classes === null) return "MSELoss";
  return classes === 2 ? "BCEWithLogitsLoss" : "CrossEntropyLoss";
}
