/** The only place that touches a line: ask, and the replies come back in order. */
import { signal } from "@preact/signals";
import type { Line } from "./line";
import type { Graph, Problems, Reply, Request } from "./messages";
import { FRAME, Frame, readHeader, readResponses, type Responses } from "./frame";
import { Patience } from "./patience";

/** A request before it is sent: the connection gives it its id. */
export type Ask = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;
export type Answer =
  | { kind: "frame"; frame: Frame }
  | { kind: "responses"; responses: Responses }
  | Reply;

type Listener = (answer: Answer, generation: number) => void;

export const connected = signal(false);
/** One's place in line where the service is full; 0: none. */
export const place = signal(0);

/** Bytes of one message, as the service has it. */
const LARGEST = 131_072;
/** Of a class whose service restarts, each page comes back at another moment of these; of later tries, of twice as many. */
const RETRY_MS = 250;
const SPREAD_MS = 3000;
const SPREAD_MOST_MS = 8000;
/** A line opens within this, or another is tried. */
const OPENS_WITHIN = 10_000;
/** A request does seconds of work at most: if nothing at all has come for this long, the line is dead. */
const SILENT_MS = 20_000;
const SILENT_MOST_MS = 160_000;

export class Connection {
  private socket: Line | null = null;
  private nextId = 1;
  private retries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silent = SILENT_MS;
  private readonly patience = new Patience(() => this.giveUp());
  private readonly waiting = new Map<number, (answer: Answer | null) => void>(); // in the order they were asked
  private unsent: string[] = []; // asked in line: a service that has to keep too much unanswered reads no more of it
  private graph: Graph | null = null;

  /** `line` opens one; `listen` hears every answer; `reopened` is called on each (re)connection, to send what the service must know. */
  constructor(
    private readonly line: () => Line,
    private readonly listen: Listener,
    private readonly reopened: () => void,
  ) {
    addEventListener("online", () => {
      if (this.socket?.readyState !== WebSocket.OPEN) this.connect();
    });
    this.connect();
  }

  /** Requests that have not been answered. Live training asks for no more than two ahead. */
  get outstanding(): number {
    return this.waiting.size;
  }

  /**
   * Sends a request; resolves with its last reply, or null if the connection was lost. One that is answered at once
   * may name how many milliseconds are enough.
   */
  ask(request: Ask, within = this.silent): Promise<Answer | null> {
    const socket = this.socket;
    if (!socket || socket.readyState !== WebSocket.OPEN) return Promise.resolve(null);
    const id = this.nextId++;
    const text = JSON.stringify({ ...request, id });
    const size = new TextEncoder().encode(text).length;
    if (size > LARGEST) return Promise.resolve(this.refuse(request, id, size));
    if (this.waiting.size === 0) this.patience.wait(within);
    const answered = new Promise<Answer | null>((resolve) => this.waiting.set(id, resolve));
    this.unsent.push(text);
    if (place.peek() === 0) this.sendAll();
    return answered;
  }

  private sendAll(): void {
    for (const text of this.unsent.splice(0)) this.socket?.send(text);
  }

  /** What the service would close the line over is refused here, with the same words. */
  private refuse(request: Ask, id: number, size: number): Problems {
    const values = { expected: `${LARGEST}`, came: `${size}` };
    const problem = { where: "", code: "too_long", ...values, values };
    const { generation } = request;
    const answer: Problems = { kind: "problems", id, generation, reason: "experiment", problems: [problem] };
    this.listen(answer, generation);
    return answer;
  }

  private connect(): void {
    this.leave();
    const socket = this.line();
    socket.onopen = () => {
      this.patience.rest();
      connected.value = true;
      this.reopened();
    };
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = () => this.lost();
    this.socket = socket;
    this.patience.wait(OPENS_WITHIN);
  }

  /** Nothing has come: go, without waiting for a farewell that cannot come either. */
  private giveUp(): void {
    if (connected.peek()) this.silent = Math.min(SILENT_MOST_MS, 2 * this.silent); // perhaps it was only slow
    this.lost();
  }

  private lost(): void {
    if (!connected.peek()) this.silent = SILENT_MS; // it was the line: another could not be had
    this.leave();
    connected.value = false;
    place.value = 0;
    for (const resolve of this.waiting.values()) resolve(null);
    this.waiting.clear();
    this.unsent = [];
    const spread = Math.min(SPREAD_MOST_MS, SPREAD_MS * 2 ** this.retries++);
    this.retry = setTimeout(() => this.connect(), RETRY_MS + Math.random() * spread);
  }

  /** What comes of the present socket from now on is not heard any more. */
  private leave(): void {
    this.patience.rest();
    clearTimeout(this.retry);
    if (!this.socket) return;
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.socket = null;
  }

  private receive(data: string | ArrayBuffer): void {
    this.retries = 0; // not when the line opens: a message that closes it again must not be retried at once
    if (typeof data === "string") this.receiveText(JSON.parse(data) as Reply);
    else this.receiveBinary(data);
    if (this.waiting.size > 0) this.patience.wait(this.silent); // in line, too: one is told one's place all the time
    else this.patience.rest();
  }

  private receiveText(reply: Reply): void {
    place.value = reply.kind === "queued" ? reply.place : 0;
    if (reply.kind === "queued") return;
    this.sendAll();
    if (reply.kind === "problems" && reply.id === 0) reply.id = this.oldest; // it could not read which one
    if (!this.waiting.has(reply.id)) return;
    if (reply.kind === "graph") this.graph = reply; // its frame follows under the same id
    this.listen(reply, reply.generation);
    if (reply.kind !== "graph") this.settle(reply.id, reply);
  }

  private receiveBinary(data: ArrayBuffer): void {
    const header = readHeader(data);
    if (!this.waiting.has(header.id)) return;
    let answer: Answer | null = null;
    if (header.form !== FRAME) answer = { kind: "responses", responses: readResponses(header, data) };
    else if (this.graph && this.graph.generation === header.generation)
      answer = { kind: "frame", frame: new Frame(header, data, this.graph.layout) };
    if (answer) this.listen(answer, header.generation);
    this.settle(header.id, answer);
  }

  /** The request that is answered next, since all are in their order. */
  private get oldest(): number {
    const [id = 0] = this.waiting.keys();
    return id;
  }

  private settle(id: number, answer: Answer | null): void {
    this.waiting.get(id)?.(answer);
    this.waiting.delete(id);
  }
}
