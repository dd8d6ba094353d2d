/** What hooks, deliveries and attempts say, as plain rules. */
import type { AttemptView, HookEvent, HookView, HookWrite, Quarter, Timings } from "./types.ts";

/** A hook as it is being written. */
export type Draft = Required<HookWrite>;

/** Whether an address goes without encryption. */
export const isPlain = (url: string): boolean => /^\s*http:\/\//i.test(url);

/** Whether an address carries a key, as one without a signature should. */
export const hasKey = (url: string): boolean => /[?&]\w*(key|token|secret)\w*=./i.test(url);

/** The address with a random key behind it. */
export function withKey(url: string, random = crypto.getRandomValues(new Uint8Array(18))): string {
  const key = btoa(String.fromCharCode(...random))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
  const text = url.trim();
  return `${text}${text.includes("?") ? (/[?&]$/.test(text) ? "" : "&") : "?"}key=${key}`;
}

/** What is wrong with a typed address as far as one can see it here; the server looks closer. */
export function urlTrouble(text: string): "url_scheme" | "url_host" | "url_userinfo" | "url_fragment" | null {
  const url = text.trim();
  if (!/^https?:\/\//i.test(url)) return "url_scheme";
  try {
    const read = new URL(url);
    if (read.username || read.password) return "url_userinfo";
    if (url.includes("#")) return "url_fragment";
    return read.hostname === "" || /[\s\\]/.test(url) ? "url_host" : null;
  } catch {
    return "url_host";
  }
}

/** The address in three parts, of which the first and last may be shortened when there is no room. */
export function urlParts(url: string): { host: string; rest: string } {
  const found = /^(https?:\/\/[^/?#]+)(.*)$/i.exec(url);
  return { host: (found?.[1] ?? url).replace(/^https:\/\//i, ""), rest: found?.[2] === "/" ? "" : (found?.[2] ?? "") };
}

/** The address as it may stand on a screen that others see: every value of its query masked. */
export const maskedUrl = (url: string): string => {
  const at = url.indexOf("?");
  return at < 0 ? url : url.slice(0, at) + url.slice(at).replace(/=[^&#]*/g, "=***");
};

/** The conversation in what somebody pasted: an id, as web hooks write it, as it stands in an address of the inbox, or in a line of a log. */
export const conversationIn = (text: string): string =>
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])/i.exec(text)?.[0]?.toLowerCase() ??
  text.trim();

/** Groups of events in the order of the catalogue. */
export function grouped(events: readonly HookEvent[]): { group: string; events: HookEvent[] }[] {
  const groups = new Map<string, HookEvent[]>();
  for (const event of events) groups.set(event.group, [...(groups.get(event.group) ?? []), event]);
  return [...groups].map(([group, members]) => ({ group, events: members }));
}

export type Chosen = "none" | "some" | "all";

export function chosenOf(members: readonly HookEvent[], chosen: ReadonlySet<string>): Chosen {
  const count = members.filter((event) => chosen.has(event.name)).length;
  return count === 0 ? "none" : count === members.length ? "all" : "some";
}

/** What differs from the stored hook, as it is sent. */
export function changesOf(hook: HookView, draft: Draft): HookWrite {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const stored: Draft = draftOf(hook);
  const sorted = (events: readonly string[]) => [...events].sort();
  return Object.fromEntries(
    (Object.keys(draft) as (keyof HookWrite)[])
      .filter((key) =>
        key === "events" ? !same(sorted(draft.events), sorted(stored.events)) : !same(draft[key], stored[key]),
      )
      .map((key) => [key, draft[key]]),
  );
}

/** Whether two states of a hook differ in what its form shows. */
export const hasMoved = (before: HookView, now: HookView): boolean =>
  Object.keys(changesOf(before, { ...draftOf(now), signing: before.signing })).length > 0;

/** One's own changes on top of a newer state of the hook; where somebody else changed the same, theirs. */
export function rebased(before: HookView, now: HookView, draft: Draft): Draft {
  const mine = changesOf(before, draft);
  const theirs = new Set(Object.keys(changesOf(before, draftOf(now))));
  return { ...draftOf(now), ...Object.fromEntries(Object.entries(mine).filter(([field]) => !theirs.has(field))) };
}

export const draftOf = (hook: HookView): Draft => ({
  name: hook.name,
  url: hook.url,
  events: hook.events,
  signing: hook.signing,
  timeout_ms: hook.timeout_ms,
  max_in_flight: hook.max_in_flight,
  ordered: hook.ordered,
  retry: hook.retry,
  headers: hook.headers,
});

export const NEW_DRAFT: Draft = {
  name: "",
  url: "",
  events: [],
  signing: "none",
  timeout_ms: 2000,
  max_in_flight: 10,
  ordered: "none",
  retry: "standard",
  headers: {},
};

const FORBIDDEN =
  /^(host|content-.*|transfer-encoding|connection|keep-alive|proxy-.*|te|trailer|upgrade|expect|user-agent|cookie|accept-encoding|webhook-.*|x-crisp-.*|x-delivery-.*|x-halloo-.*)$/i;

/** What is wrong with a header of one's own. */
export function headerTrouble(name: string, value: string): "header_name" | "header_forbidden" | "header_value" | null {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return "header_name";
  if (FORBIDDEN.test(name.replaceAll("_", "-"))) return "header_forbidden";
  return /^[\x20-\x7e]{1,1024}$/.test(value) ? null : "header_value";
}

/** The figures of a day. `p95` is the slowest of its quarters' 95th percentiles. */
export function totalsOf(quarters: readonly Quarter[]): { succeeded: number; failed: number; p95: number | null } {
  const slow = quarters.flatMap((quarter) => (quarter.p95 === null ? [] : [quarter.p95]));
  return {
    succeeded: quarters.reduce((sum, quarter) => sum + quarter.succeeded, 0),
    failed: quarters.reduce((sum, quarter) => sum + quarter.failed, 0),
    p95: slow.length > 0 ? Math.max(...slow) : null,
  };
}

/** Quarters of an hour put together by `size`. */
export function gathered(quarters: readonly Quarter[], size: number): Quarter[] {
  const made: Quarter[] = [];
  for (let at = 0; at < quarters.length; at += size) {
    const part = quarters.slice(at, at + size);
    const { succeeded, failed, p95 } = totalsOf(part);
    if (part[0]) made.push({ at: part[0].at, succeeded, failed, p95 });
  }
  return made;
}

/** JSON for reading; the text itself where it is none. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export type JsonPiece = { readonly kind: "key" | "text" | "number" | "word" | "plain"; readonly text: string };

/** JSON cut into pieces that can be coloured. */
export function jsonPieces(text: string): JsonPiece[] {
  const pieces: JsonPiece[] = [];
  const pattern = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/g;
  let at = 0;
  for (const hit of text.matchAll(pattern)) {
    if (hit.index > at) pieces.push({ kind: "plain", text: text.slice(at, hit.index) });
    const [whole, quoted, colon, number] = hit;
    if (quoted !== undefined && colon !== undefined)
      pieces.push({ kind: "key", text: quoted }, { kind: "plain", text: colon });
    else pieces.push({ kind: quoted !== undefined ? "text" : number !== undefined ? "number" : "word", text: whole });
    at = hit.index + whole.length;
  }
  if (at < text.length) pieces.push({ kind: "plain", text: text.slice(at) });
  return pieces;
}

/** The body around a payload, byte for byte as hooks send it (hooks contract 2.1). */
export const envelopeOf = (workspace: string, event: string, data: unknown, at: number): string =>
  JSON.stringify({ website_id: workspace, event, data, timestamp: at });

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Headers that curl makes by itself. */
const OWN = /^(host|content-length|accept-encoding)$/i;

/**
 * The call as a line for the shell. An attempt has keys in its address masked: where it went to the hook's present address, that
 * one is taken. With `-g` brackets in it stand for themselves: `[1-9]` would be nine calls.
 */
export function curlOf(request: AttemptView["request"], address: string): string {
  const bare = (url: string) => url.split("?")[0];
  const url = bare(address) === bare(request.url) ? address : request.url;
  const headers = request.headers.filter(([name]) => !OWN.test(name));
  return [
    `curl -g -i -X ${request.method} ${quote(url)}`,
    ...headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(request.body === null ? [] : [`--data-binary ${quote(request.body)}`]),
  ].join(" \\\n  ");
}

export const PHASES = ["resolve", "connect", "tls", "answer"] as const;
export type Phase = (typeof PHASES)[number];

/** How long each part of an attempt took and which share of its time that was; `rest` is reading and all between. */
export function phasesOf(timings: Timings): { phase: Phase | "rest"; ms: number; share: number }[] {
  const known = PHASES.map((phase) => ({ phase, ms: Math.max(0, timings[phase]) }));
  const sum = known.reduce((total, one) => total + one.ms, 0);
  const total = Math.max(timings.total, sum, 1);
  const rest = Math.max(0, timings.total - sum);
  const all = [...known, { phase: "rest" as const, ms: rest }].filter((one) => one.ms > 0);
  return all.map((one) => ({ ...one, share: one.ms / total }));
}

/** An attempt that ended well. */
export const isGood = (outcome: string): boolean => outcome === "success";

/** A moment for a `datetime-local` field, in the reader's own time. */
export function fieldOf(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The moment that such a field holds; null where it holds none. */
export function momentOf(field: string): string | null {
  const at = new Date(field).getTime();
  return field !== "" && Number.isFinite(at) ? new Date(at).toISOString() : null;
}
