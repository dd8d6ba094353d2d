/**
 * Facts into caches, as pure functions: what a fact of the relay does to a row, and where a row stands in a list.
 *
 * `null` as a reduced row means: gone. `undefined` means: the fact says too little, load the row again.
 */
import { textOf } from "@halloo/core/said.ts";
import type { ConversationRow, Filter, MessageView, OperatorBrief, RowList } from "./types.ts";

export type Data = Readonly<Record<string, unknown>>;

export interface World {
  /** The signed-in operator's id. */
  readonly me: string;
  readonly now: number;
  readonly operators: ReadonlyMap<string, OperatorBrief>;
}

/** The conversation a fact is about, or null. */
export function conversationOf(data: Data): string | null {
  const session = data["session_id"] ?? data["spam_id"];
  return typeof session === "string" ? session.replace(/^session_/, "") : null;
}

const EXCERPT = 160;

const iso = (ms: number): string => new Date(ms).toISOString();

/** A message in one line, as the server's excerpts have it; empty where it has no words, as a recording has. */
export const excerptOf = (type: string, content: unknown): string =>
  textOf(type, content).replace(/\s+/g, " ").trim().slice(0, EXCERPT);

function withMessage(row: ConversationRow, message: MessageView): ConversationRow {
  const seq = message.seq ?? row.last_seq;
  if (message.seq !== undefined && message.seq <= row.last_seq) return row;
  const note = message.type === "note";
  const visitor = message.from === "user";
  const last_message = {
    type: message.type,
    from: message.from,
    excerpt: excerptOf(message.type, message.content),
    timestamp: message.timestamp,
    author: message.user.nickname,
  };
  const time = iso(message.timestamp);
  if (note) return { ...row, last_message, updated_at: time };
  return {
    ...row,
    last_message,
    last_seq: Math.max(seq, row.last_seq),
    updated_at: time,
    unread: visitor ? row.unread + 1 : row.unread,
    waiting_since: visitor ? (row.waiting_since ?? time) : null,
    state: visitor && row.state === "resolved" ? "unresolved" : row.state,
    snoozed_until: visitor ? null : row.snoozed_until,
  };
}

/** What a fact does to the row of its conversation. */
export function reduceRow(
  row: ConversationRow,
  name: string,
  data: Data,
  world: World,
): ConversationRow | null | undefined {
  switch (name) {
    case "message:send":
    case "message:received":
      return withMessage(row, data as unknown as MessageView);
    case "session:set_state": {
      const state = data["state"] as ConversationRow["state"];
      return state === "resolved"
        ? { ...row, state, snoozed_until: null, waiting_since: null, unread: 0 }
        : { ...row, state };
    }
    case "session:set_snooze": {
      const until = data["snoozed_until"];
      return { ...row, snoozed_until: typeof until === "number" ? iso(until) : null };
    }
    case "session:set_routing": {
      const id = data["routing_id"];
      if (typeof id !== "string") return { ...row, assignee: null };
      const assignee = world.operators.get(id);
      return assignee ? { ...row, assignee } : undefined;
    }
    case "session:set_segments":
      return { ...row, tags: [...((data["segments"] ?? []) as string[])] };
    case "session:set_subject":
      return { ...row, subject: String(data["subject"] ?? "") };
    case "session:update_availability":
      return { ...row, visitor: { ...row.visitor, online: data["availability"] === "online" } };
    case "spam:message":
      return { ...row, spam: true };
    case "spam:decision":
      return data["action"] === "accept" ? { ...row, spam: false } : row;
    case "session:removed":
      return null;
    case "session:set_nickname":
    case "session:set_email":
    case "session:set_phone":
    case "session:set_avatar":
    case "session:set_block":
    case "session:update_verify":
    case "session:set_data":
    case "session:sync:rating":
    case "session:sync:pages":
    case "session:sync:system":
    case "session:sync:locales":
    case "people:bind:session":
    case "people:sync:profile":
    case "message:updated":
    case "message:removed":
    case "message:acknowledge:read:send":
    case "message:acknowledge:read:received":
      return undefined;
    default:
      return row;
  }
}

/** What decides where a conversation is. */
export type Placed = Pick<ConversationRow, "state" | "snoozed_until" | "spam">;

/** The folder that a conversation is in. */
export function folderOf(row: Placed, now: number): Filter["state"] {
  if (row.spam) return "spam";
  if (row.state === "resolved") return "resolved";
  return row.snoozed_until !== null && Date.parse(row.snoozed_until) > now ? "snoozed" : "open";
}

/** Whether a row belongs into a list. */
export function belongs(row: ConversationRow, filter: Filter, world: Pick<World, "me" | "now">): boolean {
  if (folderOf(row, world.now) !== filter.state) return false;
  if (filter.whose === "mine" && row.assignee?.id !== world.me) return false;
  if (filter.whose === "unassigned" && row.assignee !== null) return false;
  return !filter.unread || row.unread > 0;
}

/** The order of a list: who waits longest, then the newest activity. */
export function compareRows(order: Filter["order"]): (a: ConversationRow, b: ConversationRow) => number {
  return (a, b) => {
    if (order === "waiting" && a.waiting_since !== b.waiting_since) {
      if (a.waiting_since === null) return 1;
      if (b.waiting_since === null) return -1;
      return a.waiting_since < b.waiting_since ? -1 : 1;
    }
    if (a.updated_at !== b.updated_at) return a.updated_at < b.updated_at ? 1 : -1;
    return a.id < b.id ? 1 : -1;
  };
}

/**
 * Puts the new state of a row into a list: in its place, or out of it. A row behind the loaded end stays out, unless the end
 * is the real end: it comes with the next page. `keep` holds a row that no longer belongs (the open conversation of an "unread" list).
 */
export function placeRow(
  list: RowList,
  row: ConversationRow,
  filter: Filter,
  world: Pick<World, "me" | "now">,
  keep = false,
): RowList {
  const others = list.rows.filter((other) => other.id !== row.id);
  const was = others.length !== list.rows.length;
  if (!belongs(row, filter, world) && !(keep && was)) return was ? { ...list, rows: others } : list;
  const before = compareRows(filter.order);
  const at = others.findIndex((other) => before(row, other) < 0);
  if (at < 0) {
    if (list.next !== null && !was) return list;
    return { ...list, rows: [...others, row] };
  }
  return { ...list, rows: [...others.slice(0, at), row, ...others.slice(at)] };
}

export function dropRow(list: RowList, id: string): RowList {
  return list.rows.some((row) => row.id === id) ? { ...list, rows: list.rows.filter((row) => row.id !== id) } : list;
}

/** The next page behind the loaded rows; what came meanwhile by facts is not doubled. */
export function appendPage(list: RowList, rows: readonly ConversationRow[], next: string | null): RowList {
  const known = new Set(list.rows.map((row) => row.id));
  return { ...list, rows: [...list.rows, ...rows.filter((row) => !known.has(row.id))], next };
}
