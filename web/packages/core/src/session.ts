/**
 * One connection to the relay that never gives up and never shows an event twice (relay contract 2–4).
 *
 * The session keeps a position for each stream, reconnects with full jitter, asks again where an offset is missing, and says
 * `lost` where the log could not fill the gap: then the caller loads a snapshot and goes on with `follow(position)`. Where the
 * primary does not answer it goes other ways (`routes.ts`), and meanwhile tries the primary on a second line, which takes over
 * once it is live.
 */
import type { Frames } from "@halloo/wire";
import { GONE, type Json, type Line, openLine, PONG_MS } from "./line.ts";
import type { Clock, Socket } from "./ports.ts";
import { createPositions, type Position } from "./positions.ts";
import { OFFLINE, Refusal } from "./refusal.ts";
import { createCourse, type Route, TIMING } from "./routes.ts";

export type { Position } from "./positions.ts";

/** What the session is doing. */
export type SessionStatus =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly failures: number }
  | { readonly kind: "live"; readonly route: Route }
  | { readonly kind: "waiting"; readonly failures: number; readonly retryAt: number }
  | { readonly kind: "stopped"; readonly code: number };

export interface RelayToken {
  readonly token: string;
  /** Seconds. */
  readonly expires_in: number;
  /** The streams that its owner has, their own first. */
  readonly streams?: readonly string[];
}

/** Keeps which route worked, so that the next page does not begin with one that is blocked here. */
export interface RouteMemory {
  get(): string | undefined;
  set(address: string | undefined): void;
}

export interface SessionOptions {
  readonly role: "visitor" | "operator";
  readonly widget?: string;
  /** Random id of this tab. */
  readonly tab: string;
  readonly clock: Clock;
  /** The ways to the relay, the primary first (`routesTo`). */
  readonly routes: () => readonly Route[];
  readonly open: (route: Route) => Socket | Promise<Socket>;
  readonly memory?: RouteMemory;
  readonly timing?: typeof TIMING;
  /** A fresh relay token. A refusal that does not pass by itself (`Refusal.passing`) stops the session with code 4401. */
  readonly token: () => Promise<RelayToken>;
  readonly onStatus: (status: SessionStatus) => void;
  /** The longest wait before another try, in milliseconds; shorter while somebody looks and waits. 30 s where it is not given. */
  readonly patience?: () => number;
  /** A fact of a followed stream: in order, once. `at` is when it was recorded, where the stream says so. */
  readonly onEvent: (name: string, data: Record<string, unknown>, stream: string, offset: number, at?: unknown) => void;
  readonly onHint?: (name: string, data: Record<string, unknown>) => void;
  /** Events are missing that the log does not give back: load a snapshot, then `follow` its position. */
  readonly onLost: (stream: string) => void;
  /** A stream that was followed from its head has a position now, or was refused. */
  readonly onPlace?: (stream: string, refused?: boolean) => void;
}

export interface Session {
  readonly status: SessionStatus;
  start(): void;
  /** Closes for good; `start` begins anew. */
  stop(): void;
  /** The network came back or the page became visible: try the primary at once, or check the line. */
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

/** A session whose positions can be asked for. */
export interface PlacedSession extends Session {
  /** Where a stream that is read stands. */
  at(stream: string): Position | null;
  readonly streams: readonly string[];
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
const STEADY_MS = 5_000;
const RESTART = 1012;
/** Closes below this are of the line, those above are the relay's own: it is there. */
const OWN_CODES = 4000;
const REFUSED: ReadonlySet<string> = new Set(["stream_forbidden", "too_many_streams", "field_invalid"]);

/** 0.5 s · 2^failures with full jitter, at most 30 s. */
export const backoff = (failures: number, random: number, most = MAX_MS): number =>
  random * Math.min(most, BASE_MS * 2 ** Math.min(failures, 10));

export function createSession(options: SessionOptions): PlacedSession {
  const { clock, timing = TIMING } = options;
  const newCourse = () => createCourse(options.routes, clock, timing.without, options.memory?.get());
  /** Followed after the `connect` frame was written: asked for as soon as the line is live. */
  const late = new Set<string>();
  const timers = new Map<"retry" | "refresh" | "steady" | "home", () => void>();
  let status: SessionStatus = { kind: "idle" };
  let course = newCourse();
  let line: Line | null = null;
  /** A line to the primary on its way, while the other one stands elsewhere. */
  let second: Line | null = null;
  let token: { text: string; until: number } | null = null;
  let attempt = 0;
  let failures = 0;

  const become = (next: SessionStatus): void => {
    status = next;
    options.onStatus(next);
  };

  const after = (name: "retry" | "refresh" | "steady" | "home", ms: number, run: () => void): void => {
    timers.get(name)?.();
    timers.set(name, clock.after(ms, run));
  };

  /** Forgets the present line, and whatever was to be done about it. */
  const drop = (): void => {
    for (const cancel of timers.values()) cancel();
    timers.clear();
    attempt += 1;
    const old = [line, second];
    line = second = null;
    for (const one of old) one?.drop();
    course.down();
  };

  const retry = (ms: number): void => {
    failures += 1;
    become({ kind: "waiting", failures: failures - 1, retryAt: clock.now() + ms });
    after("retry", ms, connect);
  };

  const closed = (code: number, planned: number | null): void => {
    const then = AFTER_CLOSE[code] ?? "again";
    // A line that has stood for a while and breaks is no failure of its route.
    const fresh = timers.has("steady") || status.kind === "connecting";
    drop();
    if (then === "stop") {
      become({ kind: "stopped", code });
      return;
    }
    if (then === "renew") token = null;
    const failed = fresh && code < OWN_CODES && code !== RESTART;
    const wait = backoff(failed ? course.failed(failures) : failures, clock.random(), options.patience?.());
    retry(then === "later" ? MAX_MS : (planned ?? wait));
  };

  const freshToken = async (): Promise<string> => {
    if (token && token.until > clock.now()) return token.text;
    const answer = await options.token();
    // Renewed at four fifths of its life, so that a slow clock or line does not meet a dead token.
    token = { text: answer.token, until: clock.now() + answer.expires_in * 800 };
    return answer.token;
  };

  const tokenFailed = (error: unknown): void => {
    drop();
    if (error instanceof Refusal && !error.passing) {
      become({ kind: "stopped", code: 4401 });
      return;
    }
    const wait = error instanceof Refusal ? error.retryAfterMs : null;
    retry(wait ?? backoff(failures, clock.random(), options.patience?.()));
  };

  function connect(): void {
    drop();
    const mine = attempt;
    become({ kind: "connecting", failures });
    freshToken().then(
      (text) => {
        if (mine === attempt) line = dial(course.route, course.most(CONNECT_MS), text, live, closed);
      },
      (error) => mine === attempt && tokenFailed(error),
    );
  }

  /** Makes a line; `onLive` gets what it said until then. */
  const dial = (
    route: Route,
    most: number,
    text: string,
    onLive: (before: readonly Json[], wants: readonly Frames.Want[]) => void,
    onClosed: (code: number, planned: number | null) => void,
  ): Line => {
    let wants: Frames.Want[] = [];
    return openLine({
      clock,
      most,
      open: () => options.open(route),
      hello() {
        wants = positions.wants();
        late.clear();
        const { role, tab, widget } = options;
        const frame: Frames.Connect = { t: "connect", v: 1, role, token: text, tab, streams: wants };
        return widget ? { ...frame, widget } : frame;
      },
      onLive: (before) => onLive(before, wants),
      onFrame: take,
      onClosed,
    });
  };

  const take = (frame: Json): void => {
    if (frame["t"] === "event") positions.event(frame);
    else if (frame["t"] === "lost") positions.lose(String(frame["stream"]));
    else options.onHint?.(String(frame["name"]), (frame["data"] ?? {}) as Json);
  };

  const live = (before: readonly Json[], wants: readonly Frames.Want[]): void => {
    course.live();
    after("steady", STEADY_MS, () => {
      timers.delete("steady");
      failures = 0;
      course.steady();
      options.memory?.set(course.away ? course.route.address : undefined);
    });
    if (token) after("refresh", Math.max(1000, token.until - clock.now()), refresh);
    if (course.away) after("home", timing.home, tryHome);
    for (const frame of before) {
      if (frame["t"] === "connected") positions.renew((frame["streams"] ?? []) as Frames.Found[], wants);
      else take(frame);
    }
    become({ kind: "live", route: course.route });
    const ids = [...late];
    late.clear();
    for (const id of ids) positions.ask(id);
  };

  /** Tries the primary on a second line; the first stays until that one is live. */
  const tryHome = (): void => {
    if (second || !course.away) return;
    const mine = attempt;
    const failed = (): void => {
      if (mine !== attempt) return;
      second = null;
      after("home", timing.home, tryHome);
    };
    freshToken().then((text) => {
      if (mine !== attempt || second) return;
      const [primary] = options.routes();
      const own = dial(
        primary as Route,
        CONNECT_MS,
        text,
        (before, wants) => {
          timers.get("home")?.();
          line?.retire();
          line = own;
          second = null;
          course.home();
          live(before, wants);
        },
        (code, planned) => {
          if (line === own) closed(code, planned);
          else failed();
        },
      );
      second = own;
    }, failed);
  };

  const refresh = (): void => {
    const mine = attempt;
    token = null;
    freshToken().then(
      (text) => {
        if (mine !== attempt || !token) return;
        after("refresh", Math.max(1000, token.until - clock.now()), refresh);
        ask({ t: "refresh", token: text }).catch(() => undefined);
      },
      (error) => {
        if (mine !== attempt) return;
        if (error instanceof Refusal && !error.passing) tokenFailed(error);
        else after("refresh", MAX_MS, refresh);
      },
    );
  };

  const ask = (frame: Json): Promise<Json> =>
    line && status.kind === "live" ? line.ask(frame) : Promise.reject(new Refusal(OFFLINE));

  const positions = createPositions({
    onEvent: options.onEvent,
    onLost: options.onLost,
    ...(options.onPlace ? { onPlace: options.onPlace } : {}),
    subscribe(want) {
      if (status.kind !== "live") {
        late.add(want.id);
        return;
      }
      ask({ t: "subscribe", streams: [want] }).then(
        (frame) => positions.found((frame["streams"] ?? []) as Frames.Found[], [want]),
        (error: Refusal) => {
          // A refused stream is not ours to read. What fails for now is asked for by the next line.
          if (REFUSED.has(error.code)) {
            positions.unfollow([want.id]);
            options.onPlace?.(want.id, true);
          } else if (error.code !== OFFLINE) closed(GONE, null);
        },
      );
    },
  });

  const unfollow = (ids: readonly string[]): void => {
    const known = positions.unfollow(ids).map((id) => ({ id }));
    if (known.length > 0) ask({ t: "unsubscribe", streams: known }).catch(() => undefined);
  };

  return {
    get status() {
      return status;
    },
    start() {
      if (status.kind !== "idle" && status.kind !== "stopped") return;
      failures = 0;
      course = newCourse();
      connect();
    },
    stop() {
      drop();
      token = null;
      become({ kind: "idle" });
    },
    nudge() {
      if (status.kind === "waiting") {
        course.home();
        connect();
      } else if (status.kind === "live") {
        line?.probe(PONG_MS / 2);
        tryHome();
      }
    },
    follow: positions.follow,
    unfollow: (id) => unfollow([id]),
    forget: () => unfollow(positions.ids()),
    ask,
    tell(frame) {
      if (!line || status.kind !== "live") return false;
      line.tell(frame);
      return true;
    },
    at: positions.at,
    get streams() {
      return positions.ids();
    },
  };
}
