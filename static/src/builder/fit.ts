/** Data, loss and last layer have to suit one another; when the data change, the other two go along. */
import type { Catalogue, DataKind, Experiment } from "../wire/messages";
import { fresh, named, swapped, type Chosen } from "./kinds";
import { insert, replace, type Layer } from "./layers";

type Data = Experiment["data"];
type Loss = Experiment["loss"];

/** What a kind of data asks of a network. Regression has no classes. */
export type Facts = Pick<DataKind, "shape" | "classes" | "outputs">;

/** Points made, tables measured, numbers to predict, sequences. */
export const GROUPS = ["made", "real", "regression", "sequence"] as const;

export function factsOf(kind: Data["kind"], catalogue: Catalogue): Facts {
  return named(catalogue.data, kind);
}

/** Losses whose targets are labels: two classes are two outputs there. */
const LABELLED: readonly Loss["kind"][] = ["CrossEntropyLoss", "NLLLoss"];

/** How many outputs the loss wants: one a class, except a single logit or number for two classes. */
export function outputsNeeded(loss: Loss["kind"], { classes, outputs }: Facts): number {
  if (classes === null) return outputs;
  return classes === 2 && !LABELLED.includes(loss) ? 1 : classes;
}

/**
 * The experiment on another kind of data. As long as the task stays (two classes, several, numbers) the loss
 * stays; otherwise the usual loss of the new task takes its place. The last linear layer is resized.
 */
export function fitting(experiment: Experiment, kind: Data["kind"], catalogue: Catalogue): Experiment {
  const facts = factsOf(kind, catalogue);
  const data = swapped(experiment.data as unknown as Chosen, catalogue.data, kind) as unknown as Data;
  const usual = usualLoss(facts);
  const keeps = usualLoss(factsOf(experiment.data.kind, catalogue)) === usual;
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
  return { ...layer, out_features: outputsNeeded(experiment.loss.kind, factsOf(experiment.data.kind, catalogue)) };
}

function usualLoss({ classes }: Facts): Loss["kind"] {
  if (classes === null) return "MSELoss";
  return classes === 2 ? "BCEWithLogitsLoss" : "CrossEntropyLoss";
}
