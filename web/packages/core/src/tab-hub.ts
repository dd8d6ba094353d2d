/**
 * A small relay in the tab that leads: it serves the tabs of its browser, its own included, from the one connection that it holds.
 *
 * It speaks the relay's own frames, so that each tab's session recovers, repeats and shows once as it would at the server. The
 * last 256 events of a stream feed a tab that is behind; who is further behind is told so and loads a snapshot.
 */
import type { Frames } from "@halloo/wire";
import type { Json } from "./line.ts";
import { codeOf, Refusal } from "./refusal.ts";
import type { PlacedSession } from "./session.ts";

const KEPT = 256;
const PING_S = 25;

/** To every tab. */
export const ALL = "*";

export interface HubOptions {
  readonly session: () => PlacedSession;
  readonly send: (to: string, frame: Json) => void;
}

type Wanting = Json & { readonly streams?: readonly Frames.Want[] };

export function createHub({ session, send }: HubOptions) {
  const kept = new Map<string, Json[]>();
  /** What each tab follows. */
  const tabs = new Map<string, Set<string>>();
  /** Questions that wait until a stream has a position. */
  let parked: { tab: string; frame: Wanting }[] = [];
  /** Streams of which events are missing: who comes to them as they were is told so. */
  const broken = new Set<string>();
  /** Streams that are not the visitor's. */
  const refused = new Set<string>();
  /** Messages on their way: two tabs with one outbox send once. */
  const sending = new Map<string, Promise<Json>>();
  const seen = new Map<string, "online" | "away">();
  const pages = new Map<string, Json>();
  /** The tab that was seen last. */
  let front = "";
  let said = "online";

  /** Answers for one stream, with the events that this tab misses. */
  const find = (want: Frames.Want, first: boolean): { found: Frames.Found; missed: readonly Json[] } => {
    const real = session();
    const { id } = want;
    const from = want.epoch ? { epoch: want.epoch, offset: want.offset ?? 0 } : null;
    if (from && !real.at(id) && !(first && broken.has(id))) {
      real.follow(id, from);
      broken.delete(id);
    }
    const head = real.at(id) ?? { epoch: "", offset: 0 };
    const found = { id, epoch: head.epoch, offset: head.offset, recovered: false };
    if (from?.epoch !== head.epoch) return { found, missed: [] };
    const missed = (kept.get(id) ?? []).filter((event) => Number(event["offset"]) > from.offset);
    const whole = from.offset + missed.length >= head.offset;
    return { found: { ...found, recovered: whole }, missed: whole ? missed : [] };
  };

  /** Answers `connect` and `subscribe`, once every stream of theirs has a position. */
  const wanted = (tab: string, frame: Wanting): void => {
    const wants = frame.streams ?? [];
    const real = session();
    const ids = tabs.get(tab) ?? new Set<string>();
    tabs.set(tab, ids);
    for (const { id } of wants) ids.add(id);
    const unplaced = wants.filter(({ id, epoch }) => !epoch && !refused.has(id) && !real.at(id));
    if (unplaced.length > 0) {
      parked.push({ tab, frame });
      for (const { id } of unplaced) real.follow(id);
      return;
    }
    const first = frame["t"] === "connect";
    const answers = wants.map((want) => find(want, first));
    const streams = answers.map(({ found }) => found);
    send(tab, first ? { t: "connected", ping_s: PING_S, streams } : { t: "ok", id: frame["id"], streams });
    for (const { missed } of answers) for (const event of missed) send(tab, event);
    if (first) send(tab, { t: "live" });
  };

  /** What a tab followed, and waited for, on its line is over. */
  const left = (tab: string): void => {
    tabs.delete(tab);
    parked = parked.filter((one) => one.tab !== tab);
  };

  const unwanted = (tab: string, ids: readonly string[]): void => {
    const own = tabs.get(tab);
    for (const id of ids) own?.delete(id);
    for (const id of ids) {
      if ([...tabs.values()].some((all) => all.has(id))) continue;
      kept.delete(id);
      session().unfollow(id);
    }
  };

  const ask = (tab: string, { id, ...frame }: Json): void => {
    const key = typeof frame["client_id"] === "string" ? frame["client_id"] : "";
    const under = sending.get(key);
    const answer = under ?? session().ask(frame as { t: string });
    if (key && !under) {
      sending.set(key, answer);
      const done = (): boolean => sending.delete(key);
      answer.then(done, done);
    }
    answer.then(
      (ack) => send(tab, { ...ack, id }),
      (error: unknown) => {
        const { message = "", retryAfterMs = null } = error instanceof Refusal ? error : {};
        send(tab, { t: "error", id, code: codeOf(error), message, retry_after_ms: retryAfterMs });
      },
    );
  };

  /** The visitor is there while any tab is seen, and on the page of the one that was seen last. */
  const present = (tab: string, state: "online" | "away"): void => {
    seen.set(tab, state);
    if (state === "online") {
      front = tab;
      page();
    }
    presence();
  };

  const presence = (): void => {
    const state = [...seen.values()].includes("online") ? "online" : "away";
    if (state === said || seen.size === 0) return;
    said = state;
    session().tell({ t: "presence", state });
  };

  const page = (): void => {
    const frame = pages.get(front);
    if (frame) session().tell(frame as { t: string });
  };

  return {
    /** A tab says something. */
    take(tab: string, frame: Json): void {
      if (session().status.kind !== "live") return;
      if (!tabs.has(tab) && frame["t"] !== "connect") {
        // It slept, and was given up meanwhile.
        send(tab, { t: "close" });
        return;
      }
      switch (frame["t"]) {
        case "connect":
          left(tab);
          wanted(tab, frame);
          break;
        case "subscribe":
          wanted(tab, frame);
          break;
        case "unsubscribe":
          unwanted(
            tab,
            (frame["streams"] as Frames.Want[]).map(({ id }) => id),
          );
          send(tab, { t: "ok", id: frame["id"] });
          break;
        case "presence":
          present(tab, frame["state"] as "online" | "away");
          break;
        case "page":
          pages.set(tab, frame);
          if (!seen.has(front)) front = tab;
          if (tab === front) page();
          break;
        case "ping":
          send(tab, { t: "pong" });
          break;
        default:
          if ("id" in frame) ask(tab, frame);
          else session().tell(frame as { t: string });
      }
    },
    /** A tab has gone. */
    gone(tab: string): void {
      unwanted(tab, [...(tabs.get(tab) ?? [])]);
      left(tab);
      pages.delete(tab);
      if (seen.delete(tab)) presence();
    },
    /** The connection is new, or lost; its tabs come again, unless another way has taken over without them noticing. */
    renew(same: boolean): void {
      said = "online";
      refused.clear();
      if (!same) {
        parked = [];
        seen.clear();
        return;
      }
      page();
      presence();
    },
    event(name: string, data: Json, stream: string, offset: number): void {
      const frame = { t: "event", stream, offset, name, data };
      kept.set(stream, [...(kept.get(stream) ?? []), frame].slice(-KEPT));
      send(ALL, frame);
    },
    hint: (name: string, data: Json): void => send(ALL, { t: "hint", name, data }),
    lost(stream: string): void {
      kept.delete(stream);
      broken.add(stream);
      session().unfollow(stream);
      send(ALL, { t: "lost", stream });
    },
    /** A stream has a position now, or gets none. */
    placed(stream: string, no = false): void {
      if (no) refused.add(stream);
      const now = parked;
      parked = [];
      for (const { tab, frame } of now) wanted(tab, frame);
    },
    forget(): void {
      parked = [];
      for (const map of [kept, tabs, seen, pages, broken]) map.clear();
    },
  };
}
