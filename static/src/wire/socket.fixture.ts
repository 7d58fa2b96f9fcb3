/** Test aid: a socket without a network. A test opens it, answers what was sent and closes it. */
import type { Request } from "./messages";

export class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  /** The newest one. */
  static get last(): FakeSocket {
    return FakeSocket.made.at(-1) as FakeSocket;
  }

  readyState = 0;
  binaryType = "blob";
  readonly sent: Request[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Request);
  }

  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }

  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }

  reply(answer: object | ArrayBuffer): void {
    this.onmessage?.({ data: answer instanceof ArrayBuffer ? answer : JSON.stringify(answer) });
  }

  /** Requests of a kind, oldest first. */
  asked<K extends Request["kind"]>(kind: K): Extract<Request, { kind: K }>[] {
    return this.sent.filter((request): request is Extract<Request, { kind: K }> => request.kind === kind);
  }
}
