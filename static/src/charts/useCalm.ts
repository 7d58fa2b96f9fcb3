import { effect, type ReadonlySignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

/** Five times a second is as often as a chart need follow. */
const CALM_MS = 200;

/**
 * Draws again after a signal has changed, at most five times a second; nothing ticks while nothing changes.
 */
export function useCalm(changes: ReadonlySignal<unknown>): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let last = 0;
    let waiting: ReturnType<typeof setTimeout> | null = null;
    const stop = effect(() => {
      void changes.value;
      if (waiting !== null) return;
      waiting = setTimeout(
        () => {
          waiting = null;
          last = performance.now();
          setTurn((before) => before + 1);
        },
        Math.max(0, CALM_MS - (performance.now() - last)),
      );
    });
    return () => {
      stop();
      if (waiting !== null) clearTimeout(waiting);
    };
  }, [changes]);
  return turn;
}
