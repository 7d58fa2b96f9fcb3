/** Keeping up with what the service says only when it is asked: pictures of units, statistics, samples. */
import { effect, signal } from "@preact/signals";
import { edits, frame, graph, outstanding } from "./run";

/** Training goes first: nothing is asked while so many requests are under way, but a little later. */
const ROOM = 2;
const LATER_MS = 40;

/** The step that is shown, of the run that is shown: what is asked of it is the same each time. Null: there is none. */
export function moment(): string | null {
  const shown = frame.value;
  return shown && JSON.stringify([graph.value?.generation, shown.step, edits.value]);
}

/** One kind of question: never asked before the last answer has come, nor more often than every so many milliseconds. */
export class Following {
  private last = -Infinity;
  private waiting = false;
  private asked: string | null = null;
  private readonly settled = signal(0);

  constructor(private readonly every: number) {}

  /** Ask whenever `about` says something else than what was asked last, until the function answered is called. */
  follow(about: () => string | null, ask: () => Promise<unknown>): () => void {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const settle = (): void => {
      this.waiting = false;
      this.settled.value += 1;
    };
    const send = (): void => {
      timer = null;
      const under = outstanding();
      if (under >= ROOM && under < Infinity) {
        timer = setTimeout(send, LATER_MS);
        return;
      }
      this.last = performance.now();
      this.asked = about();
      void ask().finally(settle);
    };
    const stop = effect(() => {
      void this.settled.value;
      const wanted = about();
      if (this.waiting || wanted === null || wanted === this.asked) return;
      this.waiting = true;
      timer = setTimeout(send, Math.max(0, this.every - (performance.now() - this.last)));
    });
    return () => {
      stop();
      if (timer === null) return;
      clearTimeout(timer);
      this.waiting = false;
    };
  }
}
