/** The live line: facts into caches, typing both ways, sounds, and what happens when the line was lost. */
import { electLeader } from "@halloo/core/leader.ts";
import { type Route, routesTo } from "@halloo/core/routes.ts";
import { createSession, type Session, type SessionStatus } from "@halloo/core/session.ts";
import { openStream } from "@halloo/core/stream.ts";
import { createTypingBoard, createTypingReporter, type TypingReporter } from "@halloo/core/typing.ts";
import { uuid } from "@halloo/core/uuid.ts";
import { call } from "../data/api.ts";
import { applyToCaches, findRow, onPosition } from "../data/facts.ts";
import { keys } from "../data/keys.ts";
import { countsQuery, listQuery } from "../data/queries.ts";
import { client } from "../data/query.ts";
import { conversationOf, type Data } from "../data/reduce.ts";
import { createStore } from "../data/store.ts";
import type { Counts, Filter, MeView, RelayToken } from "../data/types.ts";
import { clock } from "./browser.ts";
import { flushOutbox, settleSent } from "./outbox.ts";
import { chime } from "./sound.ts";
import { tell } from "./tap.ts";
import { hear, lineChanged, type News } from "./watch.ts";

/** Whether the line is there. */
export const line = createStore<SessionStatus>({ kind: "idle" });

export interface Typist {
  readonly id: string;
  readonly name: string;
  readonly avatar: string | null;
  readonly from: "user" | "operator";
  readonly excerpt: string | null;
}

/** Who types in which conversation. */
export const typists = createStore<Readonly<Record<string, readonly Typist[]>>>({});

const board = createTypingBoard<Typist>(clock, (conversation) => {
  typists.set((now) => ({ ...now, [conversation]: board.list(conversation) }));
});

let session: Session | null = null;
let reporter: TypingReporter | null = null;
let me: MeView | null = null;

/** The list that gives the first position and repairs after a loss. */
export const BASE: Filter = { state: "open", whose: "all", unread: false, order: "waiting" };

/** What the page says of a relay; absent where there is nothing to say. */
const named = (name: string): string | undefined =>
  document.querySelector<HTMLMetaElement>(`meta[name="halloo-${name}"]`)?.content;

/** The relay that the page names, else that of this host; then the rescue relay. */
const relay = (): readonly Route[] =>
  routesTo(
    named("relay") ?? `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/relay`,
    named("rescue"),
  );

const leader = electLeader(typeof navigator === "undefined" ? undefined : navigator.locks, "halloo-inbox-sound");

function onEvent(name: string, data: Data, stream: string, offset: number, at?: unknown): void {
  applyToCaches(name, data, stream, offset);
  tell({ name, data, stream, offset, at: typeof at === "number" ? at : null });
  const id = conversationOf(data);
  if (id === null) return;
  if (name === "message:send" || name === "message:received") {
    const user = data["user"] as { user_id?: string } | undefined;
    board.clear(id, data["from"] === "user" ? "visitor" : (user?.user_id ?? ""));
    if (typeof data["client_id"] === "string") settleSent(data["client_id"]);
  }
  if (name === "message:send" && leader.leading && concernsMe(id)) chime();
}

/** New words of a visitor ring for their operator, and for everybody while they are nobody's. */
function concernsMe(id: string): boolean {
  const row = findRow(id);
  if (row?.spam) return false;
  return !row?.assignee || row.assignee.id === me?.operator?.id;
}

function onHint(name: string, data: Data): void {
  tell({ name, data, stream: "", offset: null, at: null });
  if (name === "visitors") hear(data as unknown as News);
  if (name !== "typing") return;
  const id = String(data["conversation_id"] ?? "");
  const user = (data["user"] ?? {}) as { user_id?: string; nickname?: string; avatar?: string | null };
  const from = data["from"] === "operator" ? "operator" : "user";
  if (from === "operator" && user.user_id === me?.operator?.id) return;
  const key = from === "user" ? "visitor" : (user.user_id ?? "");
  if (data["state"] !== "start") {
    board.clear(id, key);
    return;
  }
  const excerpt = typeof data["excerpt"] === "string" && data["excerpt"] !== "" ? data["excerpt"] : null;
  board.set(id, key, { id: key, name: user.nickname ?? "", avatar: user.avatar ?? null, from, excerpt });
}

const AGAIN_MS = 3000;
let again: ReturnType<typeof setTimeout> | undefined;

/** Facts are missing: what is cached is loaded again, and its position goes on from there. Until then no fact comes. */
async function repair(of: Session): Promise<void> {
  clearTimeout(again);
  await client.invalidateQueries({ refetchType: "none" });
  const found = await client.fetchQuery({ ...listQuery(BASE), staleTime: 0 }).catch(() => null);
  if (session !== of) return;
  if (!found) again = setTimeout(() => void repair(of), AGAIN_MS);
  await client.refetchQueries({ type: "active" });
}

const WAKE_MS = 30_000;

/** Nobody tells when a snooze ends, it is a matter of time: while some are snoozed the counts are asked for, and fewer means lists are old. */
async function wakeSnoozed(): Promise<void> {
  const before = client.getQueryData<Counts>(countsQuery.queryKey)?.snoozed.all.total ?? 0;
  if (before === 0 || document.visibilityState !== "visible") return;
  const after = await client.fetchQuery({ ...countsQuery, staleTime: 0 }).catch(() => null);
  if (after && after.snoozed.all.total < before) void client.invalidateQueries({ queryKey: keys.lists });
}

/** Opens the line for the signed-in operator; the answer closes it. */
export function goLive(who: MeView): () => void {
  me = who;
  const stream = `w:${who.workspace.id}`;
  const mine: Session = createSession({
    role: "operator",
    tab: uuid(),
    clock,
    routes: relay,
    open: ({ kind, address }) =>
      kind === "socket" ? (new WebSocket(address) as never) : openStream(address, fetch as never),
    token: () => call<RelayToken>("POST", "/relay-token", {}),
    patience: () => (document.visibilityState === "visible" ? 4_000 : 30_000),
    onStatus: (status) => {
      line.set(status);
      lineChanged(status.kind === "live" ? mine.tell : null);
      if (status.kind === "live") flushOutbox();
    },
    onEvent,
    onHint,
    onLost: () => void repair(mine),
  });
  session = mine;
  reporter = createTypingReporter(clock, (frame) => void mine.tell(frame), false);
  onPosition.tell = (position) => {
    if (position.stream === stream) mine.follow(stream, position);
  };
  const start = () => {
    mine.follow(stream);
    mine.start();
  };
  client.fetchQuery(listQuery(BASE)).then(start, start);
  const nudge = () => {
    if (document.visibilityState === "visible") mine.nudge();
  };
  const online = () => {
    mine.nudge();
    flushOutbox();
  };
  addEventListener("online", online);
  document.addEventListener("visibilitychange", nudge);
  const waking = setInterval(() => void wakeSnoozed(), WAKE_MS);
  return () => {
    clearInterval(waking);
    clearTimeout(again);
    removeEventListener("online", online);
    document.removeEventListener("visibilitychange", nudge);
    mine.stop();
    session = null;
    reporter = null;
    onPosition.tell = () => undefined;
  };
}

/** Says what the operator writes to the visitor's screen; notes are never told. */
export const reportTyping = (conversation: string, text: string): void => reporter?.input(conversation, text);
export const stopTyping = (): void => reporter?.stop();

/** Tries at once instead of waiting for the next attempt. */
export const tryNow = (): void => session?.nudge();

/** Counts are only as fresh as their last answer; coming back to the page asks again. */
export const recheck = (): void => void client.invalidateQueries({ queryKey: countsQuery.queryKey });
