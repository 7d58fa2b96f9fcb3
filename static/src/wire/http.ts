/** A line by plain HTTP alone: a request at a time is posted, and its replies are the answer. */
import type { Line } from "./line";

/** One is in line where the service is full: what was asked is to be asked again. */
const NOT_YET = 202;
const TEXT = 0;
const HEAD_BYTES = 8;

export class HttpLine implements Line {
  readyState: number = WebSocket.CONNECTING;
  onopen: Line["onopen"] = null;
  onmessage: Line["onmessage"] = null;
  onclose: Line["onclose"] = null;

  private token = "";
  private asking = false;
  private readonly unasked: string[] = [];
  private readonly ended = new AbortController();

  /** At the service's "api/line"; `unreached` is called where it does not open. */
  constructor(
    private readonly address: string,
    private readonly unreached: () => void,
  ) {
    addEventListener("pagehide", () => this.close(), { signal: this.ended.signal });
    void this.open();
  }

  send(text: string): void {
    this.unasked.push(text);
    if (!this.asking) void this.ask();
  }

  /** The service is told, even by a page that goes. */
  close(): void {
    if (this.readyState === WebSocket.OPEN)
      void fetch(`${this.address}/close`, { ...this.bringing("{}"), keepalive: true }).catch(() => null);
    this.end();
  }

  private async open(): Promise<void> {
    try {
      const { token } = (await (await this.post("", "{}")).json()) as { token: string };
      if (this.ended.signal.aborted) return;
      this.token = token;
      this.readyState = WebSocket.OPEN;
    } catch {
      if (!this.ended.signal.aborted) this.unreached();
      this.end();
      return;
    }
    this.onopen?.(new Event("open"));
  }

  /** One after another: two ways through a network may overtake each other. */
  private async ask(): Promise<void> {
    this.asking = true;
    try {
      while (this.readyState === WebSocket.OPEN && this.unasked[0] !== undefined) {
        const answers = await this.answers(this.unasked[0]);
        for (const data of answers) this.onmessage?.(new MessageEvent("message", { data }));
      }
    } finally {
      this.asking = false;
    }
  }

  /** The replies to one request, which is then no more to be asked; none at the end of the line. */
  private async answers(text: string): Promise<(string | ArrayBuffer)[]> {
    try {
      const reply = await this.post("/ask", text);
      const answers = unpacked(await reply.arrayBuffer());
      if (reply.status !== NOT_YET) this.unasked.shift();
      return answers;
    } catch {
      this.close(); // or the service would keep its place, and the page would need another
      return [];
    }
  }

  private async post(way: string, body: string): Promise<Response> {
    const reply = await fetch(this.address + way, { ...this.bringing(body), signal: this.ended.signal });
    if (!reply.ok) throw new Error(`${reply.status}`);
    return reply;
  }

  private bringing(body: string): RequestInit {
    const headers = { "Content-Type": "application/json", ...(this.token && { "X-Backflow-Line": this.token }) };
    return { method: "POST", body, headers };
  }

  private end(): void {
    if (this.ended.signal.aborted) return;
    this.readyState = WebSocket.CLOSED;
    this.ended.abort();
    this.onclose?.(new CloseEvent("close"));
  }
}

/** Each reply stands behind its kind and its length. */
function unpacked(bytes: ArrayBuffer): (string | ArrayBuffer)[] {
  const [view, found]: [DataView, (string | ArrayBuffer)[]] = [new DataView(bytes), []];
  for (let at = 0; at < bytes.byteLength; ) {
    const start = at + HEAD_BYTES;
    const end = start + view.getUint32(at + 4, true);
    if (end > bytes.byteLength) throw new RangeError("cut off, or somebody else's answer");
    const reply = bytes.slice(start, end);
    found.push(view.getUint32(at, true) === TEXT ? new TextDecoder().decode(reply) : reply);
    at = end;
  }
  return found;
}
