/** An end to waiting for a word. A browser is not told of a line that is gone without one, and sees no pings. */
export class Patience {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ended: () => void) {}

  /** Wait so long from now on, in milliseconds; what was waited for before does not count any more. */
  wait(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.ended, milliseconds);
  }

  rest(): void {
    clearTimeout(this.timer);
  }
}
