/** Which line to take: a WebSocket, and plain HTTP where none gets through, as behind a school's proxy. */
import { HttpLine } from "./http";
import type { Line } from "./line";

/** On a page where no socket has worked yet, one that has not opened within this is given up. */
const SOCKET_MS = 2500;
/** Where one has, so many must fail in a row before they are taken for blocked: more likely the service is away. */
const DOUBTS = 3;
/** After this a socket is tried again when the line is lost: it may be another network by now. */
const AGAIN_MS = 60_000;

/** The codes with which the service closes a socket before it has said anything: it starts anew, it is full. */
const TURNED_AWAY = new Set([1012, 1013]);

export class Lines {
  private readonly sockets: string;
  private readonly http: string;
  private worked = false;
  private failed = 0;
  private failedAt = 0;

  /** Of the page at this address. */
  constructor(address: string) {
    const socket = new URL("ws", address);
    socket.protocol = socket.protocol.replace("http", "ws");
    this.sockets = socket.href;
    this.http = new URL("api/line", address).href;
  }

  /** A line that opens by whichever way there is. */
  open(): Line {
    const lately = performance.now() - this.failedAt < AGAIN_MS;
    return this.blocked && lately ? this.byHttp() : new EitherLine(this, this.worked ? Infinity : SOCKET_MS);
  }

  get blocked(): boolean {
    return this.failed >= (this.worked ? DOUBTS : 1);
  }

  bySocket(): Line {
    const socket = new WebSocket(this.sockets);
    socket.binaryType = "arraybuffer";
    return socket;
  }

  /** Where that does not open either, it is not the sockets. */
  byHttp(): Line {
    return new HttpLine(this.http, () => (this.failed = 0));
  }

  socketWorked(): void {
    this.worked = true;
    this.failed = 0;
  }

  socketFailed(): void {
    this.failed += 1;
    this.failedAt = performance.now();
  }
}

/** A socket; and where it does not open and sockets are taken for blocked, HTTP in its place. */
class EitherLine implements Line {
  onopen: Line["onopen"] = null;
  onmessage: Line["onmessage"] = null;
  onclose: Line["onclose"] = null;

  private line: Line;
  private opened = false;
  private judged = false;
  private patience: ReturnType<typeof setTimeout> | undefined;

  /** The socket has so many milliseconds to open. */
  constructor(
    private readonly lines: Lines,
    within: number,
  ) {
    this.line = lines.bySocket();
    this.line.onopen = (event) => {
      clearTimeout(this.patience);
      this.opened = true;
      this.onopen?.(event);
    };
    this.line.onmessage = (event) => {
      this.judge(true);
      this.onmessage?.(event);
    };
    this.line.onclose = (event) => this.lost(event);
    if (within < Infinity) this.patience = setTimeout(() => this.tooLate(), within);
  }

  get readyState(): number {
    return this.line.readyState;
  }

  send(text: string): void {
    this.line.send(text);
  }

  /** A socket that has said nothing up to now lets nothing through. */
  close(): void {
    clearTimeout(this.patience);
    this.judge(false);
    this.line.onclose = (event) => this.onclose?.(event);
    this.line.close();
  }

  /** Do sockets get through? What is known first of this one counts, and once. */
  private judge(through: boolean): void {
    if (this.judged) return;
    this.judged = true;
    if (through) this.lines.socketWorked();
    else this.lines.socketFailed();
  }

  private tooLate(): void {
    this.line.onclose = null;
    this.line.close();
    this.lost(new CloseEvent("close"));
  }

  /** The socket has gone. One that the service has turned away had come to it; a proxy has no such words. */
  private lost(event: CloseEvent): void {
    clearTimeout(this.patience);
    this.judge(TURNED_AWAY.has(event.code));
    if (this.opened || !this.lines.blocked) this.onclose?.(event);
    else this.takeHttp();
  }

  private takeHttp(): void {
    this.line = this.lines.byHttp();
    this.line.onopen = (event) => this.onopen?.(event);
    this.line.onmessage = (event) => this.onmessage?.(event);
    this.line.onclose = (event) => this.onclose?.(event);
  }
}
