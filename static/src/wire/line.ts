/** What carries a conversation, in order, both ways: as much of a WebSocket as the page uses of one. */
export interface Line {
  /** That of a WebSocket. */
  readonly readyState: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent<string | ArrayBuffer>) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(): void;
}
