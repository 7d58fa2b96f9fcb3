import "./builder.css";
import { computed } from "@preact/signals";
import type { JSX } from "preact";

import { whole } from "../numbers";
import { experiment, problems } from "../state/experiment";
import { catalogue, graph } from "../state/run";
import { locale, n, t } from "../words/words";
import { Data } from "./Data";
import { experimentFrom } from "./document";
import { Files } from "./Files";
import { Loss } from "./Loss";
import { Network } from "./Network";
import { Optimizer } from "./Optimizer";
import { AllProblems, OtherProblems } from "./Problems";

/** The experiment with every default written out; null before there is one and if it cannot be shown. */
const completed = computed(() => {
  const [document, known] = [experiment.value, catalogue.value];
  try {
    return document && known && experimentFrom(document, known);
  } catch {
    return null; // what is wrong with it is said by the service's problems
  }
});

/** The left panel: what is trained, on what, against what, and how. */
export function Builder(): JSX.Element {
  const [of, known] = [completed.value, catalogue.value];
  if (!of || !known)
    return (
      <section class="builder" aria-label={t("builder.title")}>
        <p class="builder-cost">{t(experiment.value ? "builder.unreadable" : "builder.empty")}</p>
        <AllProblems />
      </section>
    );
  return (
    <section class="builder" aria-label={t("builder.title")}>
      <Data of={of} known={known} />
      <Network of={of} known={known} />
      <Loss of={of} known={known} />
      <Optimizer of={of} known={known} />
      <OtherProblems />
      <Cost />
      <div class="builder-foot">
        <Files />
      </div>
    </section>
  );
}

/** How large the running network is. While something is wrong that is still the one before. */
function Cost(): JSX.Element | null {
  const running = graph.value;
  if (!running) return null;
  const { parameter_count, multiply_adds } = running;
  return (
    <div class="builder-cost">
      {problems.value.length > 0 && <p>{t("builder.before")}</p>}
      <p>{n("builder.parameters", parameter_count, { count: whole(parameter_count, locale.value) })}</p>
      <p>{n("builder.multiply_adds", multiply_adds, { count: whole(multiply_adds, locale.value) })}</p>
    </div>
  );
}
