/** Test aid: the state of a fresh page whose socket a test answers, as the service does. */
import { vi } from "vitest";
import { EXPERIMENT, frameBytes, NET } from "../fixtures";
import type { Fault, Open, Problems } from "../wire/messages";
import { FakeSocket } from "../wire/socket.fixture";

export const PROBLEMS: Fault[] = [
  { where: "batch", code: "range", expected: "1 or more", came: "0", values: {} },
];

/** All that follows from what has been answered. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Modules of their own, since each keeps its signals; the first experiment has been asked for. */
export async function openPage(): Promise<Page> {
  vi.resetModules();
  vi.stubGlobal("WebSocket", FakeSocket);
  const page = new Page(
    await import("./run"),
    await import("./experiment"),
    await import("./history"),
    await import("./selection"),
    await import("./journey"),
    await import("./edit"),
  );
  void page.run.start("https://example.org/under/a/path/");
  page.socket.open();
  page.experiment.change(EXPERIMENT);
  return page;
}

export class Page {
  constructor(
    readonly run: typeof import("./run"),
    readonly experiment: typeof import("./experiment"),
    readonly history: typeof import("./history"),
    readonly selection: typeof import("./selection"),
    readonly journey: typeof import("./journey"),
    readonly edit: typeof import("./edit"),
  ) {}

  get socket(): FakeSocket {
    return FakeSocket.last;
  }

  /** The newest request to open. */
  get opened(): Open {
    return this.socket.asked("open").at(-1) as Open;
  }

  /** The steps that are remembered. */
  get steps(): number[] | undefined {
    return this.history.history.value?.records.map(({ step }) => step);
  }

  /** Answer a request to open with the graph and its first frame, that of the step asked for unless told otherwise. */
  build(graph = NET, request = this.opened, step = request.step ?? 1): void {
    const { id, generation, experiment, edits } = request;
    this.socket.reply({ ...graph, id, generation, experiment, edits });
    this.socket.reply(frameBytes({ id, generation, step }));
  }

  /** Answer the newest request to seek with the frame of a step. */
  async reach(step: number): Promise<void> {
    const { id = 0, generation = 0 } = this.socket.asked("seek").at(-1) ?? {};
    this.socket.reply(frameBytes({ id, generation, step }));
    await settled();
  }

  refuse(reason: Problems["reason"], { id, generation }: Pick<Open, "id" | "generation"> = this.opened): void {
    this.socket.reply({ kind: "problems", id, generation, reason, problems: PROBLEMS });
  }

  /** The frame of a step of the run that is shown, as the answer to what is asked for here. */
  show(step: number): void {
    void this.run.askStatistics();
    const { id = 0 } = this.socket.asked("summarize").at(-1) ?? {};
    this.socket.reply(frameBytes({ id, generation: this.run.graph.value?.generation ?? 0, step }));
  }

  /** Lose the connection. */
  lose(): void {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    this.socket.close();
  }

  /** Have it again. */
  comeBack(): void {
    if (this.socket.readyState === FakeSocket.OPEN) this.lose();
    vi.advanceTimersByTime(4000); // whatever the jitter
    vi.useRealTimers();
    this.socket.open();
  }
}
