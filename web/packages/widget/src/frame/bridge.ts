/** Messages between loader and frame, as the frame sees them (embedding contract 5.2 and 6). */

export type LoaderMessage =
  | {
      type: "init";
      data: { parent_origin: string; locale: string; theme: string; mobile: boolean; ticket: string | null };
    }
  | { type: "open"; data: { by: "launcher" | "api" | "greeting" | "question"; text: string | null } }
  | { type: "close"; data: { by: "launcher" | "api" | "escape" } }
  | { type: "viewport"; data: { width: number; height: number; mobile: boolean } }
  | { type: "identify"; data: { call: number; token: string } }
  | { type: "set"; data: { call: number; attributes: Record<string, unknown> } }
  | { type: "reset"; data: { call: number } }
  | { type: "page"; data: { url: string; title: string; referrer: string } }
  | { type: "ticket"; data: { ticket: string | null } };

export type FrameMessage =
  | { type: "ready"; data: { part: "core" | "app" } }
  | { type: "resize"; data: { width: number; height: number } }
  | { type: "open" | "close" | "need_ticket"; data: Record<string, never> }
  | { type: "unread"; data: { count: number; preview: { author: string; text: string } | null } }
  | { type: "event"; data: { name: string; detail: Record<string, unknown> } }
  | { type: "result"; data: { call: number; ok: boolean; error: string | null } }
  | { type: "failed"; data: { code: string } };

/** `all`: the fields that it stands among. */
type Check = (value: unknown, all: Record<string, unknown>) => boolean;

const MAX_LENGTH = 16_384;
const MAX_QUESTION = 120;

const text: Check = (value) => typeof value === "string";
const textOrNull: Check = (value) => value === null || typeof value === "string";
const number: Check = (value) => Number.isFinite(value);
const flag: Check = (value) => typeof value === "boolean";
const plain = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
const oneOf =
  (...words: string[]): Check =>
  (value) =>
    words.includes(value as string);

/** What the loader may say, field by field. */
const FROM_LOADER: Record<LoaderMessage["type"], Record<string, Check>> = {
  init: { parent_origin: text, locale: text, theme: text, mobile: flag, ticket: textOrNull },
  open: {
    by: oneOf("launcher", "api", "greeting", "question"),
    text: (value, { by }) =>
      value === null || (typeof value === "string" && value.length <= MAX_QUESTION && by === "question"),
  },
  close: { by: oneOf("launcher", "api", "escape") },
  viewport: { width: number, height: number, mobile: flag },
  identify: { call: number, token: text },
  set: { call: number, attributes: plain },
  reset: { call: number },
  page: { url: text, title: text, referrer: text },
  ticket: { ticket: textOrNull },
};
const ENVELOPE: Record<string, Check> = {
  v: (value) => value === 1,
  wid: text,
  type: (value) => typeof value === "string" && Object.hasOwn(FROM_LOADER, value),
  seq: Number.isSafeInteger,
  data: plain,
};
/** With an unknown parent only these pass, without visitor data. */
const BLIND_IN: ReadonlySet<string> = new Set(["open", "close"]);
const BLIND_OUT: ReadonlySet<string> = new Set(["ready", "resize", "open", "close"]);

const fits = (value: unknown, spec: Record<string, Check>): boolean =>
  plain(value) &&
  Object.keys(value as object).length === Object.keys(spec).length &&
  Object.entries(spec).every(
    ([key, check]) =>
      Object.hasOwn(value as object, key) &&
      check((value as Record<string, unknown>)[key], value as Record<string, unknown>),
  );

/** The message, where it is one for this widget and newer than `last`; else null. */
export function fromLoader(value: unknown, widget: string, last: number): (LoaderMessage & { seq: number }) | null {
  if (!fits(value, ENVELOPE)) return null;
  const message = value as LoaderMessage & { wid: string; seq: number };
  if (message.wid !== widget || message.seq <= last || !fits(message.data, FROM_LOADER[message.type])) return null;
  try {
    return JSON.stringify(value).length <= MAX_LENGTH ? message : null;
  } catch {
    // A circle, or what JSON does not have.
    return null;
  }
}

/**
 * The frame's own claim of its parent: counts only if it stands in the address once and is a canonical web origin. Where the
 * browser says that somebody else is the parent it is "null": a forged value can only silence. An ancestor that is itself "null" says
 * nothing: so browsers mask it for a frame that sends no referrer, as ours (an opaque parent is refused by the header's `frame-ancestors`).
 */
export function claimedParent(search: string, ancestor: string | undefined): string | undefined | "null" {
  const values = new URLSearchParams(search).getAll("parentOrigin");
  const [value] = values;
  const canonical = (): boolean => {
    try {
      return new URL(value as string).origin === value && /^https?:/.test(value);
    } catch {
      return false;
    }
  };
  const parent = values.length === 1 && canonical() ? value : undefined;
  if (parent !== undefined && ancestor !== undefined && ancestor !== parent && ancestor !== "null") return "null";
  return parent;
}

/** The code of a link from a mail, which the loader hands on as this document's fragment. */
export const continueCode = (hash: string): string | null => hash.split("#halloo-continue=")[1] || null;

export interface Tickets {
  /** An embed ticket for one use (embedding contract 10), asked of the page where none is at hand; null where it gives none. */
  take(): Promise<string | null>;
  /** What the loader said: the ticket of `init`, or the answer to `need_ticket`. */
  give(ticket: string | null): void;
}

const TICKET_MS = 10_000;

/** Tickets as they come from the page, for one who asks at a time. `ask` sends `need_ticket`; who hears nothing in ten seconds has none. */
export function createTickets(ask: () => void, after: (ms: number, done: () => void) => void): Tickets {
  let ready: string | null = null;
  let waiting: ((ticket: string | null) => void) | null = null;
  return {
    give(ticket) {
      if (waiting) waiting(ticket);
      else ready = ticket;
      waiting = null;
    },
    async take() {
      const ticket = ready;
      ready = null;
      return (
        ticket ??
        new Promise((done) => {
          waiting = done;
          ask();
          after(TICKET_MS, () => done(null));
        })
      );
    },
  };
}

export interface Bridge {
  post(message: FrameMessage): void;
}

/** Opens the line to the loader. `target` is the answer of `resolveTargetOrigin` and never "null" here. */
export function openBridge(widget: string, target: string, take: (message: LoaderMessage) => void): Bridge {
  let heard = 0;
  let said = 0;
  const blind = target === "*";
  addEventListener("message", (event) => {
    if (event.source !== window.parent || (!blind && event.origin !== target)) return;
    const message = fromLoader(event.data, widget, heard);
    if (!message) return;
    heard = message.seq;
    if (!blind || BLIND_IN.has(message.type)) take(message);
  });
  return {
    post({ type, data }) {
      if (window.parent === window || (blind && !BLIND_OUT.has(type))) return;
      said += 1;
      window.parent.postMessage({ v: 1, wid: widget, type, seq: said, data }, target);
    },
  };
}
