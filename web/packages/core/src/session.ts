/**
 * One connection to the relay that never gives up and never shows an event twice (relay contract 2–4).
 *
 * The session keeps a position for each stream, reconnects with full jitter, asks again where an offset is missing, and says
 * `lost` where the log could not fill the gap: then the caller loads a snapshot and goes on with `follow(position)`.
 */
import type { Frames } from "@halloo/wire";
import type { Clock, Socket } from "./ports.ts";
import { OFFLINE, Refusal } from "./refusal.ts";

/** Where a stream stands; without epoch and offset: at its head. */
export interface Position {
  readonly stream: string;
  readonly epoch: string;
  readonly offset: number;
}

/** What the session is doing. */
export type SessionStatus =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly failures: number }
  | { readonly kind: "live" }
  | { readonly kind: "waiting"; readonly failures: number; readonly retryAt: number }
  | { readonly kind: "stopped"; readonly code: number };

export interface RelayToken {
  readonly token: string;
  /** Seconds. */
  readonly expires_in: number;
}

export interface SessionOptions {
  readonly role: "visitor" | "operator";
  readonly widget?: string;
  /** Random id of this tab. */
  readonly tab: string;
  readonly clock: Clock;
  /** The address to try after so many failures in a row: the place where rescue addresses will come in. */
  readonly address: (failures: number) => string;
  readonly open: (address: string) => Socket;
  /** A fresh relay token. A refusal that does not pass by itself (`Refusal.passing`) stops the session with code 4401. */
  readonly token: () => Promise<RelayToken>;
  readonly onStatus: (status: SessionStatus) => void;
  /** The longest wait before another try, in milliseconds; shorter while somebody looks and waits. 30 s where it is not given. */
  readonly patience?: () => number;
  /** A fact of a followed stream: in order, once. */
  readonly onEvent: (name: string, data: Record<string, unknown>, stream: string, offset: number) => void;
  readonly onHint?: (name: string, data: Record<string, unknown>) => void;
  /** Events are missing that the log does not give back: load a snapshot, then `follow` its position. */
  readonly onLost: (stream: string) => void;
}

export interface Session {
  readonly status: SessionStatus;
  start(): void;
  /** Closes for good; `start` begins anew. */
  stop(): void;
  /** The network came back or the page became visible: try at once, or check the line. */
  nudge(): void;
  /** Read a stream from a position on, or from its head. */
  follow(stream: string, position?: { readonly epoch: string; readonly offset: number }): void;
  unfollow(stream: string): void;
  /** Follows nothing any more. */
  forget(): void;
  /** A frame that is answered: resolves with `ack` or `ok`, rejects with a `Refusal` (`offline` where the line broke). */
  ask(frame: { t: string; [field: string]: unknown }): Promise<Record<string, unknown>>;
  /** A frame without an answer; dropped while there is no line. */
  tell(frame: { t: string; [field: string]: unknown }): boolean;
}

/** What to do after a close: `again` with jitter, `later` after 30 s, `renew` the token first, `stop`. */
export const AFTER_CLOSE: Readonly<Record<number, "again" | "later" | "renew" | "stop">> = {
  1012: "again",
  4008: "again",
  4009: "later",
  4010: "again",
  4400: "stop",
  4401: "renew",
  4403: "stop",
  4404: "stop",
  4408: "again",
  4413: "stop",
  4429: "later",
};

const BASE_MS = 500;
const MAX_MS = 30_000;
const CONNECT_MS = 10_000;
const PONG_MS = 8_000;
const STEADY_MS = 5_000;
const GONE = 1006;
const REFUSED: ReadonlySet<string> = new Set(["stream_forbidden", "too_many_streams", "field_invalid"]);

/** 0.5 s · 2^failures with full jitter, at most 30 s. */
export const backoff = (failures: number, random: number, most = MAX_MS): number =>
  random * Math.min(most, BASE_MS * 2 ** Math.min(failures, 10));

interface Followed {
  epoch: string | null;
  offset: number;
  /** `asking`: a gap is being asked for; `lost`: waits for a snapshot. Events are dropped meanwhile, they come again. */
  state: "reading" | "asking" | "lost";
}

type Json = Record<string, unknown>;

export function createSession(options: SessionOptions): Session {
  const { clock } = options;
  const streams = new Map<string, Followed>();
  /** Followed after the `connect` frame was written: asked for as soon as the line is live. */
  const late = new Set<string>();
  const asked = new Map<string, { done: (answer: Json) => void; fail: (why: Refusal) => void }>();
  let status: SessionStatus = { kind: "idle" };
  let socket: Socket | null = null;
  let token: { text: string; until: number } | null = null;
  let attempt = 0;
  let failures = 0;
  let requests = 0;
  let pingMs = 25_000;
  let comeBackMs: number | null = null;
  let heardAt = 0;
  let heard = 0;
  let cancelRetry: (() => void) | null = null;
  let cancelWatch: (() => void) | null = null;
  let cancelRefresh: (() => void) | null = null;
  let cancelSteady: (() => void) | null = null;

  const become = (next: SessionStatus): void => {
    status = next;
    options.onStatus(next);
  };

  const write = (frame: object): void => socket?.send(JSON.stringify(frame));

  const wish = (id: string, { epoch, offset }: Followed): Frames.Want =>
    epoch === null ? { id } : { id, epoch, offset };

  const quiet = (): void => {
    for (const cancel of [cancelRetry, cancelWatch, cancelRefresh, cancelSteady]) cancel?.();
    cancelRetry = cancelWatch = cancelRefresh = cancelSteady = null;
  };

  /** Forgets the present line and fails what still waits for an answer on it. */
  const drop = (): void => {
    quiet();
    attempt += 1;
    const old = socket;
    socket = null;
    if (old) {
      old.onopen = old.onmessage = old.onclose = null;
      try {
        old.close(1000);
      } catch {
        // A socket that cannot be closed is gone already.
      }
    }
    const waiting = [...asked.values()];
    asked.clear();
    for (const { fail } of waiting) fail(new Refusal(OFFLINE));
  };

  const retry = (ms: number): void => {
    become({ kind: "waiting", failures, retryAt: clock.now() + ms });
    cancelRetry = clock.after(ms, connect);
  };

  const closed = (code: number): void => {
    const after = AFTER_CLOSE[code] ?? "again";
    const planned = comeBackMs;
    comeBackMs = null;
    drop();
    if (after === "stop") {
      become({ kind: "stopped", code });
      return;
    }
    if (after === "renew") token = null;
    const delay = after === "later" ? MAX_MS : (planned ?? backoff(failures, clock.random(), options.patience?.()));
    failures += 1;
    retry(delay);
  };

  const freshToken = async (): Promise<string> => {
    if (token && token.until > clock.now()) return token.text;
    const answer = await options.token();
    // Renewed at four fifths of its life, so that a slow clock or line does not meet a dead token.
    token = { text: answer.token, until: clock.now() + answer.expires_in * 800 };
    return answer.token;
  };

  const tokenFailed = (error: unknown): void => {
    if (error instanceof Refusal && !error.passing) {
      drop();
      become({ kind: "stopped", code: 4401 });
      return;
    }
    const wait = error instanceof Refusal ? error.retryAfterMs : null;
    drop();
    const delay = wait ?? backoff(failures, clock.random(), options.patience?.());
    failures += 1;
    retry(delay);
  };

  function connect(): void {
    drop();
    const mine = attempt;
    become({ kind: "connecting", failures });
    freshToken().then(
      (text) => mine === attempt && openLine(text),
      (error) => mine === attempt && tokenFailed(error),
    );
  }

  function openLine(text: string): void {
    const line = options.open(options.address(failures));
    socket = line;
    cancelWatch = clock.after(CONNECT_MS, () => closed(GONE));
    line.onopen = () => {
      late.clear();
      const frame: Frames.Connect = {
        t: "connect",
        v: 1,
        role: options.role,
        token: text,
        tab: options.tab,
        streams: [...streams].map(([id, stream]) => wish(id, stream)),
      };
      if (options.widget) frame.widget = options.widget;
      write(frame);
    };
    line.onmessage = ({ data }) => {
      heardAt = clock.now();
      heard += 1;
      if (typeof data !== "string") return;
      for (const row of data.split("\n")) if (row && socket === line) take(row);
    };
    line.onclose = ({ code }) => closed(code);
  }

  const take = (row: string): void => {
    let frame: Json;
    try {
      frame = JSON.parse(row) as Json;
    } catch {
      return;
    }
    switch (frame["t"]) {
      case "connected":
        connected(frame);
        break;
      case "live":
        live();
        break;
      case "event":
        event(frame);
        break;
      case "hint":
        options.onHint?.(String(frame["name"]), (frame["data"] ?? {}) as Json);
        break;
      case "ack":
      case "ok":
      case "error":
        answered(frame);
        break;
      case "reconnect":
        comeBackMs = Number(frame["after_ms"]) || 0;
        break;
      default:
      // `pong` has been counted by its arrival; unknown frames are of a newer server.
    }
  };

  const connected = (frame: Json): void => {
    if (typeof frame["ping_s"] === "number") pingMs = frame["ping_s"] * 1000;
    for (const stream of streams.values()) if (stream.state === "asking") stream.state = "reading";
    positions(frame, late);
  };

  const live = (): void => {
    cancelWatch?.();
    watch();
    if (token) cancelRefresh = clock.after(Math.max(1000, token.until - clock.now()), refresh);
    cancelSteady = clock.after(STEADY_MS, () => {
      failures = 0;
    });
    become({ kind: "live" });
    for (const id of late) {
      const stream = streams.get(id);
      if (stream) subscribe(id, stream);
    }
    late.clear();
  };

  /** Takes the answer of `connected` or of `subscribe` for each stream, but for those that wait to be asked for anew. */
  const positions = (frame: Json, waiting?: ReadonlySet<string>): void => {
    const lost: string[] = [];
    for (const { id, epoch, offset, recovered } of (frame["streams"] ?? []) as Frames.Found[]) {
      const stream = streams.get(id);
      if (!stream || waiting?.has(id)) continue;
      if (stream.epoch === null) Object.assign(stream, { epoch, offset, state: "reading" });
      else if (recovered) stream.state = "reading";
      else {
        stream.state = "lost";
        lost.push(id);
      }
    }
    for (const id of lost) options.onLost(id);
  };

  const event = (frame: Json): void => {
    const id = String(frame["stream"]);
    const offset = Number(frame["offset"]);
    const stream = streams.get(id);
    if (stream?.state !== "reading" || offset <= stream.offset) return;
    if (stream.epoch !== null && offset > stream.offset + 1) {
      stream.state = "asking";
      subscribe(id, stream);
      return;
    }
    stream.offset = offset;
    options.onEvent(String(frame["name"]), (frame["data"] ?? {}) as Json, id, offset);
  };

  const subscribe = (id: string, stream: Followed): void => {
    if (status.kind !== "live") {
      late.add(id);
      return;
    }
    ask({ t: "subscribe", streams: [wish(id, stream)] }).then(
      (frame) => positions(frame),
      (error: Refusal) => {
        // A refused stream is not ours to read. What fails for now is asked for by the next line.
        if (REFUSED.has(error.code)) streams.get(id) === stream && streams.delete(id);
        else if (error.code !== OFFLINE) closed(GONE);
      },
    );
  };

  const answered = (frame: Json): void => {
    const id = String(frame["id"]);
    const waiting = asked.get(id);
    if (!waiting) return;
    asked.delete(id);
    if (frame["t"] !== "error") {
      waiting.done(frame);
      return;
    }
    const wait = frame["retry_after_ms"];
    const message = typeof frame["message"] === "string" ? frame["message"] : undefined;
    waiting.fail(
      new Refusal(String(frame["code"] ?? "unknown"), message, 0, {}, typeof wait === "number" ? wait : null),
    );
  };

  /** When nothing was heard for a while, a ping finds out whether the line is still there. */
  const watch = (): void => {
    const idle = Math.max(0, clock.now() - heardAt);
    cancelWatch = clock.after(Math.max(1000, pingMs - idle), () => {
      const silent = clock.now() - heardAt;
      // A clock that was set back says nothing about the line.
      if (silent < 0 || silent >= pingMs - 1000) probe(PONG_MS);
      else watch();
    });
  };

  const probe = (ms: number): void => {
    const before = heard;
    cancelWatch?.();
    write({ t: "ping" });
    cancelWatch = clock.after(ms, () => {
      if (heard > before) watch();
      else closed(GONE);
    });
  };

  const refresh = (): void => {
    const mine = attempt;
    token = null;
    freshToken().then(
      (text) => {
        if (mine !== attempt || !token) return;
        cancelRefresh = clock.after(Math.max(1000, token.until - clock.now()), refresh);
        ask({ t: "refresh", token: text }).catch(() => undefined);
      },
      (error) => {
        if (mine !== attempt) return;
        if (error instanceof Refusal && !error.passing) tokenFailed(error);
        else cancelRefresh = clock.after(MAX_MS, refresh);
      },
    );
  };

  const ask = (frame: Json): Promise<Json> => {
    if (socket === null || status.kind !== "live") return Promise.reject(new Refusal(OFFLINE));
    requests += 1;
    const id = String(requests);
    return new Promise((done, fail) => {
      asked.set(id, { done, fail });
      write({ ...frame, id });
    });
  };

  const unfollow = (...ids: string[]): void => {
    const known = ids.filter((id) => streams.delete(id)).map((id) => ({ id }));
    if (known.length > 0) ask({ t: "unsubscribe", streams: known }).catch(() => undefined);
  };

  return {
    get status() {
      return status;
    },
    start() {
      if (status.kind === "idle" || status.kind === "stopped") {
        failures = 0;
        connect();
      }
    },
    stop() {
      drop();
      token = null;
      become({ kind: "idle" });
    },
    nudge() {
      if (status.kind === "waiting") connect();
      else if (status.kind === "live") probe(PONG_MS / 2);
    },
    follow(id, position) {
      const known = streams.get(id);
      if (known && !position) return;
      const stream: Followed = { epoch: position?.epoch ?? null, offset: position?.offset ?? 0, state: "reading" };
      // A stream that is read goes on from where it is: a position behind would show events twice, one ahead would skip some.
      if (known && known.state !== "lost" && known.epoch === stream.epoch) return;
      streams.set(id, stream);
      subscribe(id, stream);
    },
    unfollow,
    forget() {
      unfollow(...streams.keys());
    },
    ask,
    tell(frame) {
      if (status.kind !== "live") return false;
      write(frame);
      return true;
    },
  };
}
