/**
 * HTTP streaming where WebSockets do not get through (relay contract 1): the same frames, newline-delimited, down the body of one
 * answer that does not end; up in posts, one at a time, so that they arrive in order. Plain text, so that no preflight is needed.
 */
import type { Socket } from "./ports.ts";

/** A fetch whose answer is read as it comes. */
export type StreamFetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body: string; signal: AbortSignal; credentials: "omit" },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
}>;

/** As a WebSocket says that its line was cut. */
const GONE = 1006;
const HEADERS = { "content-type": "text/plain;charset=utf-8" };
/** What one post may hold; a single frame that is longer goes alone. */
const MAX_POST = 20_000;
const SEND_MS = 20_000;
const FULL_MS = 1000;

/** Opens a stream at `address`, which ends in `/stream`. The first frame that is sent, `connect`, opens it. */
export function openStream(address: string, fetch: StreamFetch): Socket {
  const cut = new AbortController();
  const posts = address.replace(/stream$/, "send");
  let closed = false;
  let begun = false;
  /** Names this stream to `/send`. */
  let secret: string | null = null;
  let waiting: string[] = [];
  let posting = false;

  const socket: Socket = { onopen: null, onmessage: null, onclose: null, send, close: () => shut(null) };

  function shut(code: number | null): void {
    if (closed) return;
    closed = true;
    cut.abort();
    if (code !== null) socket.onclose?.({ code });
  }

  function send(text: string): void {
    if (closed) return;
    if (!begun) {
      begun = true;
      read(text).catch(() => shut(GONE));
      return;
    }
    waiting.push(text);
    // What is said in the same moment goes in one post.
    queueMicrotask(post);
  }

  const call = (url: string, body: string, signal: AbortSignal) =>
    fetch(url, { method: "POST", headers: HEADERS, body, signal, credentials: "omit" });

  /** Reads frames until the body ends. */
  async function read(hello: string): Promise<void> {
    const answer = await call(address, hello, cut.signal);
    if (answer.status !== 200 || !answer.body) return shut(GONE);
    const reader = answer.body.getReader();
    const text = new TextDecoder();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return shut(GONE);
      const rows = (rest + text.decode(value, { stream: true })).split("\n");
      rest = rows.pop() ?? "";
      for (const row of rows) take(row);
    }
  }

  function take(row: string): void {
    if (closed) return;
    // An empty line keeps proxies awake, and asks whether we are there.
    if (row === "") {
      send('{"t":"ping"}');
      return;
    }
    if (secret === null || row.startsWith('{"t":"close"')) {
      const { t, session, code } = JSON.parse(row) as { t: string; session?: string; code?: number };
      if (t === "close") {
        shut(code ?? GONE);
        return;
      }
      if (t === "connected") secret = session ?? "";
    }
    socket.onmessage?.({ data: row });
    post();
  }

  /** Sends what waits, unless a post is under way. */
  function post(): void {
    if (posting || closed || secret === null || waiting.length === 0) return;
    let taken = 1;
    let length = (waiting[0] as string).length;
    while (taken < waiting.length && length + (waiting[taken] as string).length < MAX_POST) {
      length += (waiting[taken] as string).length + 1;
      taken += 1;
    }
    posting = true;
    const body = `${secret}\n${waiting.slice(0, taken).join("\n")}`;
    const late = setTimeout(() => shut(GONE), SEND_MS);
    call(posts, body, cut.signal)
      .finally(() => clearTimeout(late))
      .then(
        ({ status, headers }) => {
          if (status === 429) {
            // Its queue is full; the same frames again, before all others.
            setTimeout(again, Number(headers.get("retry-after")) * 1000 || FULL_MS);
          } else if (status === 204) {
            waiting = waiting.slice(taken);
            again();
          } else shut(GONE);
        },
        () => shut(GONE),
      );
  }

  function again(): void {
    posting = false;
    post();
  }

  // Whoever asked for it has to put its ears on first.
  setTimeout(() => socket.onopen?.());
  return socket;
}
