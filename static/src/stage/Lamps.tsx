/** Four lamps: which part of a step is done, under way, to come. The word stands beside each. */
import type { JSX } from "preact";
import { position, visit } from "../state/moment";
import { graph } from "../state/run";
import { t, type Key } from "../words/words";

const PHASES = ["forward", "loss", "backward", "update"] as const;

export function Lamps(): JSX.Element {
  const built = graph.value;
  const now = built?.visits[visit.value]?.phase ?? "forward";
  const over = built ? position.value >= built.visits.length : false;
  return (
    <ol class="lamps">
      {PHASES.map((phase) => {
        const state = over || PHASES.indexOf(phase) < PHASES.indexOf(now) ? "done" : phase === now ? "now" : "next";
        return (
          <li key={phase} class={`lamp lamp-${state}`} aria-current={state === "now" ? "step" : undefined}>
            {t(`phase.${phase}` satisfies Key)}
          </li>
        );
      })}
    </ol>
  );
}
