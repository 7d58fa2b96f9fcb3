/** Test aid: a service that is reached by fetch. A test answers what was posted, oldest first. */
import { vi } from "vitest";

interface Posted {
  path: string;
  headers: Record<string, string>;
  body: string;
  keepalive: boolean;
  answer: (reply: Response) => void;
  fail: () => void;
}

export class FakeService {
  readonly posted: Posted[] = [];

  constructor() {
    vi.stubGlobal("fetch", (address: string, { headers, body, keepalive = false, signal }: RequestInit) => {
      return new Promise<Response>((answer, refuse) => {
        const fail = (): void => refuse(new TypeError("no network"));
        signal?.addEventListener("abort", fail);
        const path = new URL(address).pathname;
        this.posted.push({ path, headers: headers as Record<string, string>, body: body as string, keepalive, answer, fail });
      });
    });
  }

  get last(): Posted {
    return this.posted.at(-1) as Posted;
  }

  /** Open the line that was asked for last. */
  async opens(token = "t0ken"): Promise<void> {
    this.last.answer(new Response(JSON.stringify({ token })));
    await settled();
  }

  /** Answer what was asked last, with these replies. */
  async replies(replies: (string | Uint8Array<ArrayBuffer>)[], status = 200): Promise<void> {
    this.last.answer(new Response(packed(replies), { status }));
    await settled();
  }

  async refuses(status: number): Promise<void> {
    this.last.answer(new Response("{}", { status }));
    await settled();
  }
}

/** All that follows from what has been answered. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function packed(replies: (string | Uint8Array<ArrayBuffer>)[]): Uint8Array<ArrayBuffer> {
  const parts = replies.flatMap((reply) => {
    const content = typeof reply === "string" ? new TextEncoder().encode(reply) : reply;
    const head = new DataView(new ArrayBuffer(8));
    head.setUint32(0, typeof reply === "string" ? 0 : 1, true);
    head.setUint32(4, content.length, true);
    return [...new Uint8Array(head.buffer), ...content];
  });
  return Uint8Array.from(parts);
}
