/** One connection to the relay: its handshake, its health, its questions. What it hears before it is live waits until then. */
import type { Clock, Socket } from "./ports.ts";
import { OFFLINE, Refusal } from "./refusal.ts";

export type Json = Record<string, unknown>;

/** The code of a line that was cut, or does not answer. */
export const GONE = 1006;
export const PONG_MS = 8_000;
const LINGER_MS = 3_000;

export interface LineOptions {
  readonly clock: Clock;
  readonly open: () => Socket | Promise<Socket>;
  /** How long it may take until it is live. */
  readonly most: number;
  /** The `connect` frame, made when it is sent. */
  readonly hello: () => object;
  /** The line is live; `before` is what it said until then, `connected` included. */
  readonly onLive: (before: readonly Json[]) => void;
  readonly onFrame: (frame: Json) => void;
  /** It closed by itself; `planned` is the delay that the server asked for. */
  readonly onClosed: (code: number, planned: number | null) => void;
}

export type Line = ReturnType<typeof openLine>;

/** Counts on from line to line: over a tab that leads, an answer may come when the line that asked is gone. */
let requests = 0;

export function openLine(options: LineOptions) {
  const { clock } = options;
  const asked = new Map<string, { done: (answer: Json) => void; fail: (why: Refusal) => void }>();
  let socket: Socket | null = null;
  /** What was said before `live`; null from then on. */
  let held: Json[] | null = [];
  let ended = false;
  let retired = false;
  let pingMs = 25_000;
  let planned: number | null = null;
  let heardAt = clock.now();
  let heard = 0;
  let cancel = clock.after(options.most, () => gone(GONE));

  const write = (frame: object): void => socket?.send(JSON.stringify(frame));

  /** Lets go of the line and fails what still waits for an answer on it. */
  const drop = (): void => {
    cancel();
    ended = true;
    const old = socket;
    socket = null;
    if (old) hangUp(old);
    for (const { fail } of asked.values()) fail(new Refusal(OFFLINE));
    asked.clear();
  };

  const hangUp = (old: Socket): void => {
    old.onopen = old.onmessage = old.onclose = null;
    try {
      old.close(1000);
    } catch {
      // A socket that cannot be closed is gone already.
    }
  };

  const gone = (code: number): void => {
    if (ended) return;
    drop();
    if (!retired) options.onClosed(code, planned);
  };

  const attach = (next: Socket): void => {
    if (ended) {
      hangUp(next);
      return;
    }
    socket = next;
    next.onopen = () => write(options.hello());
    next.onmessage = ({ data }) => {
      heardAt = clock.now();
      heard += 1;
      // A tab hands on frames as they are.
      if (typeof data !== "string") take(data as Json);
      else for (const row of data.split("\n")) if (row && !ended) take(parse(row));
    };
    next.onclose = ({ code }) => gone(code);
  };

  const take = (frame: Json | null): void => {
    switch (frame?.["t"]) {
      case "ack":
      case "ok":
      case "error":
        answered(frame);
        break;
      case "reconnect":
        planned = Number(frame["after_ms"]) || 0;
        break;
      case "live":
        live();
        break;
      case "connected":
        if (typeof frame["ping_s"] === "number") pingMs = frame["ping_s"] * 1000;
        held?.push(frame);
        break;
      case "event":
      case "hint":
      case "lost":
        if (held) held.push(frame);
        else if (!retired) options.onFrame(frame);
        break;
      default:
      // `pong` has been counted by its arrival; unknown frames are of a newer server.
    }
  };

  const live = (): void => {
    const before = held;
    if (!before) return;
    held = null;
    cancel();
    watch();
    options.onLive(before);
  };

  const answered = (frame: Json): void => {
    const id = String(frame["id"]);
    const waiting = asked.get(id);
    if (!waiting) return;
    asked.delete(id);
    if (frame["t"] === "error") waiting.fail(refusalOf(frame));
    else waiting.done(frame);
    if (retired && asked.size === 0) drop();
  };

  /** When nothing was heard for a while, a ping finds out whether the line is still there. */
  const watch = (): void => {
    const idle = Math.max(0, clock.now() - heardAt);
    cancel = clock.after(Math.max(1000, pingMs - idle), () => {
      const silent = clock.now() - heardAt;
      // A clock that was set back says nothing about the line.
      if (silent < 0 || silent >= pingMs - 1000) probe(PONG_MS);
      else watch();
    });
  };

  const probe = (ms: number): void => {
    if (held || retired) return;
    const before = heard;
    cancel();
    write({ t: "ping" });
    cancel = clock.after(ms, () => {
      if (heard > before) watch();
      else gone(GONE);
    });
  };

  Promise.resolve()
    .then(options.open)
    .then(attach, () => gone(GONE));

  return {
    drop,
    probe,
    tell: write,
    ask(frame: Json): Promise<Json> {
      requests += 1;
      const id = String(requests);
      return new Promise((done, fail) => {
        asked.set(id, { done, fail });
        write({ ...frame, id });
      });
    },
    /** Another line has taken over: this one only waits a moment for the answers that it owes. */
    retire(): void {
      retired = true;
      cancel();
      if (asked.size === 0) drop();
      else cancel = clock.after(LINGER_MS, drop);
    },
  };
}

const parse = (row: string): Json | null => {
  try {
    return JSON.parse(row) as Json;
  } catch {
    return null;
  }
};

const refusalOf = (frame: Json): Refusal => {
  const wait = frame["retry_after_ms"];
  const message = typeof frame["message"] === "string" ? frame["message"] : undefined;
  return new Refusal(String(frame["code"] ?? "unknown"), message, 0, {}, typeof wait === "number" ? wait : null);
};
