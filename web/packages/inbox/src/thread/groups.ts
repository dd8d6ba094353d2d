/** The messages of a thread as they are drawn: days, and runs of one author within a few minutes. */
import { textOf } from "@halloo/core/said.ts";
import type { MessageView } from "../data/types.ts";
import { lineOf, type Sending } from "../live/outbox.ts";

export type Side = "visitor" | "operator" | "note";

export interface Line {
  /** Same before and after the server answered, so that nothing jumps. */
  readonly key: string;
  readonly message: MessageView | null;
  readonly sending: Sending | null;
  readonly at: number;
  readonly text: string | null;
}

export type Block =
  | { readonly kind: "day"; readonly key: string; readonly at: number }
  | { readonly kind: "new"; readonly key: string }
  | { readonly kind: "feedback"; readonly key: string; readonly at: number }
  /** Something that happened: a line between the runs. */
  | { readonly kind: "event"; readonly key: string; readonly at: number; readonly text: string }
  | {
      readonly kind: "run";
      readonly key: string;
      readonly side: Side;
      readonly author: {
        readonly id: string;
        readonly name: string;
        readonly avatar: string | null;
        readonly automated: boolean;
      };
      readonly lines: readonly Line[];
    };

const RUN_MS = 4 * 60_000;

const sideOf = (type: string, from: string): Side =>
  type === "note" ? "note" : from === "user" ? "visitor" : "operator";

const plainOf = (content: unknown): string | null => (typeof content === "string" ? content : null);

/** The line of something that happened, by its name where it has no words; nothing where it was taken back. */
function eventOf({ key, at, message }: Line): Block[] {
  if (message?.removed) return [];
  const { namespace } = (message?.content ?? {}) as { namespace?: unknown };
  return [{ kind: "event", key, at, text: textOf("event", message?.content) || String(namespace ?? "") }];
}

const sameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();

interface Piece {
  readonly line: Line;
  readonly side: Side;
  readonly author: {
    readonly id: string;
    readonly name: string;
    readonly avatar: string | null;
    readonly automated: boolean;
  };
}

/** Messages, what is on its way, and where the unread begin, as blocks. */
export function blocksOf(
  messages: readonly MessageView[],
  sending: readonly Sending[],
  me: { readonly id: string; readonly name: string; readonly avatar: string | null },
  firstUnread: number | null,
): Block[] {
  const stored = new Set(messages.map((message) => message.client_id));
  const pieces: Piece[] = messages.map((message) => ({
    line: {
      key: message.client_id ?? String(message.fingerprint),
      message,
      sending: null,
      at: message.timestamp,
      text: plainOf(message.content),
    },
    side: sideOf(message.type, message.from),
    author: {
      id: message.user.user_id,
      name: message.user.nickname,
      avatar: message.user.avatar ?? null,
      automated: message.automated ?? false,
    },
  }));
  for (const item of sending) {
    if (stored.has(item.client_id)) continue;
    pieces.push({
      line: { key: item.client_id, message: null, sending: item, at: item.at, text: lineOf(item.message) },
      side: sideOf(item.message.type, "operator"),
      author: { ...me, automated: false },
    });
  }
  const blocks: Block[] = [];
  let before: Piece | null = null;
  for (const piece of pieces) {
    const { line, side, author } = piece;
    const newDay = before === null || !sameDay(before.line.at, line.at);
    if (newDay) blocks.push({ kind: "day", key: `day-${new Date(line.at).toDateString()}`, at: line.at });
    const unread = firstUnread !== null && line.message?.fingerprint === firstUnread;
    if (unread) blocks.push({ kind: "new", key: "new" });
    const last = blocks.at(-1);
    const joins =
      before !== null && before.side === side && before.author.id === author.id && line.at - before.line.at < RUN_MS;
    if (line.message?.type === "event") blocks.push(...eventOf(line));
    else if (last?.kind === "run" && joins) blocks[blocks.length - 1] = { ...last, lines: [...last.lines, line] };
    else blocks.push({ kind: "run", key: `run-${line.key}`, side, author, lines: [line] });
    before = piece;
  }
  return blocks;
}

/** The blocks with the line that feedback came, behind what was said before it; on a day of its own it begins that day. */
export function withFeedback(blocks: readonly Block[], at: number | null): Block[] {
  if (at === null) return [...blocks];
  const begins = (block: Block): number =>
    block.kind === "run" ? (block.lines[0]?.at ?? 0) : block.kind === "new" ? 0 : block.at;
  const place = blocks.findIndex((block) => block.kind !== "new" && begins(block) > at);
  const before = place < 0 ? blocks : blocks.slice(0, place);
  const after = place < 0 ? [] : blocks.slice(place);
  const day = before.findLast((block) => block.kind === "day");
  const own: Block[] =
    day && sameDay(begins(day), at) ? [] : [{ kind: "day", key: `day-${new Date(at).toDateString()}`, at }];
  const again = after[0];
  // What follows on the same day needs no second heading.
  const rest = again?.kind === "day" && sameDay(again.at, at) ? after.slice(1) : after;
  return [...before, ...own, { kind: "feedback", key: "feedback", at }, ...rest];
}

/** The first of the newest `unread` messages of the visitor. */
export function firstUnreadOf(messages: readonly MessageView[], unread: number): number | null {
  if (unread <= 0) return null;
  const visitors = messages.filter((message) => message.from === "user");
  return (visitors.at(-unread) ?? visitors[0])?.fingerprint ?? null;
}

/** The last message of the operators that the visitor's read mark covers, and the last one of all. */
export function readMark(messages: readonly MessageView[], readSeq: number): { last: number | null; read: boolean } {
  const last = messages.findLast(
    (message) => message.from === "operator" && message.seq !== undefined && !message.removed,
  );
  return { last: last?.fingerprint ?? null, read: last?.seq !== undefined && last.seq <= readSeq };
}
