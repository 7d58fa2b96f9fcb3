/** A problem that can be mended with one press: what the button says and what it makes of the experiment. */
import type { Catalogue, Experiment, Fault } from "../wire/messages";
import { withOutputs } from "./fit";
import { fresh, named } from "./kinds";

export interface Mend {
  /** "Make it {count}", or the name of the loss to use instead. */
  words: { key: "builder.mend.count"; count: number } | { key: "builder.mend.loss"; loss: string };
  next: Experiment;
}

export function mendOf(problem: Fault, experiment: Experiment, catalogue: Catalogue): Mend | null {
  const { outputs, limit } = problem.values;
  if (problem.code === "outputs" && typeof outputs === "number")
    return {
      words: { key: "builder.mend.count", count: outputs },
      next: withOutputs(experiment, outputs, catalogue),
    };
  if (problem.code === "batch_over_data" && typeof limit === "number")
    return { words: { key: "builder.mend.count", count: limit }, next: { ...experiment, batch: limit } };
  if (problem.code === "loss_needs_classes") {
    const loss = fresh(named(catalogue.losses, "MSELoss")) as unknown as Experiment["loss"];
    return {
      words: { key: "builder.mend.loss", loss: loss.kind },
      next: withOutputs({ ...experiment, loss }, 1, catalogue),
    };
  }
  return null;
}
