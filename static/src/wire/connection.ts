/** The only place that touches a line: ask, and the replies come back in order. */
import { signal } from "@preact/signals";
import type { Line } from "./line";
import type { Graph, Problems, Reply, Request } from "./messages";
import { FRAME, Frame, readHeader, readResponses, type Responses } from "./frame";

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
const RETRY_MS = 500;
const RETRY_MOST_MS = 8000;

export class Connection {
  private socket: Line | null = null;
  private nextId = 1;
  private retries = 0;
  private readonly waiting = new Map<number, (answer: Answer | null) => void>();
  private graph: Graph | null = null;

  /** `line` opens one; `listen` hears every answer; `reopened` is called on each (re)connection, to send what the service must know. */
  constructor(
    private readonly line: () => Line,
    private readonly listen: Listener,
    private readonly reopened: () => void,
  ) {
    this.connect();
  }

  /** Requests that have not been answered. Live training asks for no more than two ahead. */
  get outstanding(): number {
    return this.waiting.size;
  }

  /** Sends a request; resolves with its last reply, or null if the connection was lost. */
  ask(request: Ask): Promise<Answer | null> {
    const socket = this.socket;
    if (!socket || socket.readyState !== WebSocket.OPEN) return Promise.resolve(null);
    const id = this.nextId++;
    const text = JSON.stringify({ ...request, id });
    const size = new TextEncoder().encode(text).length;
    if (size > LARGEST) return Promise.resolve(this.refuse(request, id, size));
    const answered = new Promise<Answer | null>((resolve) => this.waiting.set(id, resolve));
    socket.send(text);
    return answered;
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
    const socket = this.line();
    socket.onopen = () => {
      connected.value = true;
      this.reopened();
    };
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = () => this.lost();
    this.socket = socket;
  }

  private lost(): void {
    connected.value = false;
    place.value = 0;
    for (const resolve of this.waiting.values()) resolve(null);
    this.waiting.clear();
    const wait = Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** this.retries++) * (0.5 + Math.random());
    setTimeout(() => this.connect(), wait);
  }

  private receive(data: string | ArrayBuffer): void {
    this.retries = 0; // not when the line opens: a message that closes it again must not be retried at once
    if (typeof data === "string") {
      const reply = JSON.parse(data) as Reply;
      place.value = reply.kind === "queued" ? reply.place : 0;
      if (reply.kind === "queued") return;
      if (reply.kind === "graph") this.graph = reply; // its frame follows under the same id
      this.listen(reply, reply.generation);
      if (reply.kind !== "graph") this.settle(reply.id, reply);
      return;
    }
    const header = readHeader(data);
    if (header.form !== FRAME) {
      const answer: Answer = { kind: "responses", responses: readResponses(header, data) };
      this.listen(answer, header.generation);
      this.settle(header.id, answer);
    } else if (this.graph && this.graph.generation === header.generation) {
      const answer: Answer = { kind: "frame", frame: new Frame(header, data, this.graph.layout) };
      this.listen(answer, header.generation);
      this.settle(header.id, answer);
    }
  }

  private settle(id: number, answer: Answer): void {
    this.waiting.get(id)?.(answer);
    this.waiting.delete(id);
  }
}
