/** An experiment as a file: what it is called, and what is filled in when one is read. */
import type { Catalogue, Experiment, Fault, Kind, Setting } from "../wire/messages";
import { completed, type Chosen } from "./kinds";

/** Bytes; the service reads no larger document either. */
export const LARGEST = 131_072;

export function fileName(experiment: Experiment): string {
  const plain = experiment.name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
  return `${plain || "experiment"}.json`;
}

export function fileText(experiment: Experiment): string {
  return JSON.stringify(experiment, null, 2) + "\n";
}

/** The settings of the experiment itself. */
type Plain = "batch" | "dtype" | "l1" | "accumulate";

/** A schedule that leaves the rate alone, a clipping that clips nothing. */
const NONE: Chosen = { kind: "none" };

const PARTS = ["data", "network", "loss", "optimizer"] as const;

/** The parts that a document leaves out and that only its author can choose. */
export function missingParts(document: Partial<Experiment>): Fault[] {
  const missing: string[] = PARTS.filter((part) => document[part] === undefined);
  if (document.network && !document.network.layers) missing.push("network.layers");
  return missing.map((where) => fault(where, "missing", "a value", "nothing"));
}

/** Do two documents mean the same experiment? Defaults left out and the order of fields play no part. */
export function sameExperiment(
  a: Partial<Experiment>,
  b: Partial<Experiment>,
  catalogue: Catalogue,
): boolean {
  return sorted(experimentFrom(a, catalogue)) === sorted(experimentFrom(b, catalogue));
}

/** A document that is valid and has its parts, with every setting that it leaves out at its default. */
export function experimentFrom(document: Partial<Experiment>, catalogue: Catalogue): Experiment {
  const { initializers } = catalogue;
  const whole = <T>(chosen: unknown, kinds: readonly Kind[]): T =>
    completed(chosen as Chosen, kinds, initializers) as unknown as T;
  return {
    version: 1,
    name: "",
    ...(defaults(catalogue.experiment) as Pick<Experiment, Plain>),
    ...document,
    data: whole(document.data, catalogue.data),
    network: { layers: document.network?.layers.map((layer) => whole(layer, catalogue.layers)) ?? [] },
    loss: whole(document.loss, catalogue.losses),
    optimizer: whole(document.optimizer, catalogue.optimizers),
    schedule: whole(document.schedule ?? NONE, catalogue.schedules),
    clip: whole(document.clip ?? NONE, catalogue.clips),
    seeds: { ...(defaults(catalogue.seeds) as unknown as Experiment["seeds"]), ...document.seeds },
  };
}

export function fault(where: string, code: string, expected: string, came: string): Fault {
  return { where, code, expected, came, values: { expected, came } };
}

/** JSON text in which the order of the fields plays no part. */
export function sorted(value: unknown): string {
  const inOrder = (_: string, part: unknown): unknown =>
    part && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort())
      : part;
  return JSON.stringify(value, inOrder);
}

function defaults(settings: readonly Setting[]): Record<string, unknown> {
  return Object.fromEntries(settings.map((setting) => [setting.name, setting.default]));
}
