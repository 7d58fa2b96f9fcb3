/** A long way through the steps: the service goes a part of it at a time, and is asked again until it is there. */
import { signal } from "@preact/signals";
import type { Answer } from "../wire/connection";

/** The step that a run is on its way to, once one request has not been enough; else null. */
export const destination = signal<number | null>(null);

/** Where the journey under way leads; it stands while the line is down, for whoever opens the run again. */
let goal: number | null = null;
/** Counts the journeys: a later one ends those before it. */
let journeys = 0;

export function goalNow(): number | null {
  return goal;
}

type Ask = () => Promise<Answer | null>;

/** Sets out with one request and goes on with another until an answer stands at the step; answers the last one. */
export async function travel(step: number, setOut: Ask, goOn: Ask = setOut): Promise<Answer | null> {
  const mine = ++journeys;
  goal = step;
  let answer = await setOut();
  while (mine === journeys && answer?.kind === "frame" && answer.frame.step !== step) {
    destination.value = step;
    answer = await goOn();
  }
  if (mine === journeys && answer) goal = destination.value = null;
  return answer;
}

/** Stay where the run has come to. */
export function stopTravelling(): void {
  journeys += 1;
  goal = destination.value = null;
}
