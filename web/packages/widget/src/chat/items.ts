/** What a thread shows, line by line: day separators, messages in groups, messages under way. Pure. */
import type { Outgoing } from "@halloo/core";
import type { Message } from "../frame/engine.ts";
import { daysBetween } from "./time.ts";

export type Delivery = "sending" | "failed" | "sent" | "seen";

export interface Line {
  readonly kind: "message";
  readonly key: string;
  readonly mine: boolean;
  readonly author: { readonly id: string; readonly name: string; readonly avatar: string | null };
  readonly at: number;
  readonly type: string;
  readonly content: unknown;
  readonly edited: boolean;
  readonly removed: boolean;
  /** First and last of a group: same author, same minute or so. */
  readonly first: boolean;
  readonly last: boolean;
  /** Only where it is to be shown: under the last own message, and under every one that is not stored yet. */
  readonly delivery: Delivery | null;
  readonly clientId: string | null;
  /** Null while it is not stored. */
  readonly fingerprint: number | null;
}

export interface Day {
  readonly kind: "day";
  readonly key: string;
  readonly at: number;
}

export type Item = Line | Day;

const GROUP_MS = 90_000;
/** Kinds that the visitor answers. */
export const ANSWERED: ReadonlySet<string> = new Set(["picker", "field"]);

type Draft = Omit<Line, "first" | "last" | "delivery"> & { readonly seq: number | null; readonly state: Delivery };

const ofMessage = (message: Message, readSeq: number): Draft => ({
  kind: "message",
  key: message.client_id ?? String(message.fingerprint),
  mine: message.from === "user",
  author: { id: message.user.user_id, name: message.user.nickname, avatar: message.user.avatar },
  at: message.timestamp,
  type: message.type,
  content: message.content,
  // An answer changes its question, and nobody has edited anything.
  edited: message.edited && !ANSWERED.has(message.type),
  removed: message.removed,
  clientId: message.client_id,
  fingerprint: message.fingerprint,
  seq: message.seq ?? null,
  state: (message.seq ?? 0) <= readSeq ? "seen" : "sent",
});

const ofOutgoing = (item: Outgoing): Draft => ({
  kind: "message",
  key: item.client_id,
  mine: true,
  author: { id: "", name: "", avatar: null },
  at: item.at,
  type: item.message.type,
  content: item.message.shown ? { ...item.message.shown, ...(item.message.content as object) } : item.message.content,
  edited: false,
  removed: false,
  clientId: item.client_id,
  fingerprint: null,
  seq: null,
  state: item.state,
});

const together = (one: Draft | undefined, other: Draft | undefined): boolean =>
  !!one &&
  !!other &&
  one.mine === other.mine &&
  one.type !== "event" &&
  other.type !== "event" &&
  (one.mine || one.author.id === other.author.id) &&
  Math.abs(other.at - one.at) < GROUP_MS &&
  daysBetween(one.at, other.at) === 0;

/** `readSeq`: how far the operators have read. */
export function threadItems(messages: readonly Message[], outgoing: readonly Outgoing[], readSeq: number): Item[] {
  const stored = new Set(messages.map((message) => message.client_id));
  const drafts = [
    ...messages.map((message) => ofMessage(message, readSeq)),
    ...outgoing.filter((item) => !stored.has(item.client_id)).map(ofOutgoing),
  ];
  const items: Item[] = [];
  for (const [index, draft] of drafts.entries()) {
    const before = drafts[index - 1];
    if (!before || daysBetween(before.at, draft.at) !== 0) {
      items.push({ kind: "day", key: `day-${new Date(draft.at).toDateString()}`, at: draft.at });
    }
    const { seq: _seq, state, ...line } = draft;
    // A mark makes sense on the last line, while nobody has answered; a failed message is always marked.
    const shown = state === "failed" || (draft.mine && index === drafts.length - 1);
    items.push({
      ...line,
      first: !together(before, draft),
      last: !together(draft, drafts[index + 1]),
      delivery: shown ? state : null,
    });
  }
  return items;
}
