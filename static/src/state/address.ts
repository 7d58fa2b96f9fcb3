/** The address: a moment pasted into it is opened; one that is there goes when the experiment becomes another. */
import { effect, signal } from "@preact/signals";
import { changes, experiment, remember } from "./experiment";
import { fromFragment, PREFIX } from "./link";
import { playing, position } from "./moment";
import { frame, openAt } from "./run";

/** Does the address hold a moment that cannot be shown? */
export const linkBroken = signal(false);

/** Opens the moment in the address, to stand there; answers whether there is one that could be opened. */
export async function openAddress(): Promise<boolean> {
  const found = fromFragment(location.hash);
  const before = experiment.peek();
  const opened = found !== null && (await openAt(found.experiment, found.edits, found.step));
  linkBroken.value = !opened && location.hash.startsWith(PREFIX);
  if (!opened) return false;
  playing.value = false;
  if (before) remember(before);
  if (frame.peek()?.step === found.step) position.value = found.position;
  return true;
}

export function watchAddress(): void {
  addEventListener("hashchange", () => {
    if (location.hash.startsWith(PREFIX)) void openAddress();
  });
  const before = changes.peek();
  effect(() => {
    if (changes.value === before || !location.hash.startsWith(PREFIX)) return;
    history.replaceState(null, "", location.pathname + location.search);
  });
}
