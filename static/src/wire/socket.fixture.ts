/** Test aid: a socket without a network. A test opens it, answers what was sent and closes it. */
import type { Line } from "./line";
import type { Request } from "./messages";

export class FakeSocket implements Line {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 3;
  static made: FakeSocket[] = [];
  /** The newest one. */
  static get last(): FakeSocket {
    return FakeSocket.made.at(-1) as FakeSocket;
  }

  readyState = 0;
  binaryType = "blob";
  readonly sent: Request[] = [];
  onopen: Line["onopen"] = null;
  onmessage: Line["onmessage"] = null;
  onclose: Line["onclose"] = null;

  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Request);
  }

  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.(new Event("open"));
  }

  /** Lost; or closed by the other side, with a code. */
  close(code = 1006): void {
    this.readyState = FakeSocket.CLOSED;
    this.onclose?.(new CloseEvent("close", { code, wasClean: code !== 1006 }));
  }

  reply(answer: object | ArrayBuffer): void {
    const data = answer instanceof ArrayBuffer ? answer : JSON.stringify(answer);
    this.onmessage?.(new MessageEvent("message", { data }));
  }

  /** Requests of a kind, oldest first. */
  asked<K extends Request["kind"]>(kind: K): Extract<Request, { kind: K }>[] {
    return this.sent.filter((request): request is Extract<Request, { kind: K }> => request.kind === kind);
  }
}
