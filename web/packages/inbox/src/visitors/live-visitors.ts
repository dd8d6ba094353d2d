/** The live visitors as far as the inbox knows them: read once, kept by hints, read again after a loss and now and then. */
import { get, queryString } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { client } from "../data/query.ts";
import { createStore } from "../data/store.ts";
import type { LiveVisitor, LiveVisitorPage } from "../data/types.ts";
import { type News, watch } from "../live/watch.ts";
import { type All, applyNews, replaceAll } from "./model.ts";

export interface Live {
  readonly phase: "loading" | "ready" | "failed";
  readonly all: All;
}

const NOBODY: Live = { phase: "loading", all: new Map() };

export const liveVisitors = createStore<Live>(NOBODY);

const PAGE = 500;
/** More are not held in a browser; who comes later is. */
const MOST = 10_000;
const AGAIN_MS = 120_000;

let reading = 0;
/** What was told while the list was on its way: it may be newer than the answer. */
let meanwhile: News[] | null = null;

function show(all: All, phase: Live["phase"] = "ready"): void {
  liveVisitors.set((now) => (now.all === all && now.phase === phase ? now : { phase, all }));
  if (phase === "ready") client.setQueryData(keys.visitorCount, all.size);
}

/** Reads the whole list; the first one is shown page by page. */
export async function readVisitors(): Promise<void> {
  reading += 1;
  const mine = reading;
  meanwhile = [];
  const found: LiveVisitor[] = [];
  const first = liveVisitors.get().phase !== "ready";
  let cursor: string | null = null;
  try {
    do {
      const page: LiveVisitorPage = await get<LiveVisitorPage>(`/visitors${queryString({ limit: PAGE, cursor })}`);
      if (mine !== reading) return;
      found.push(...page.data);
      cursor = page.next_cursor;
      if (first || cursor === null) show(caughtUp(found));
    } while (cursor !== null && found.length < MOST);
    show(caughtUp(found));
    meanwhile = null;
  } catch {
    if (mine !== reading) return;
    meanwhile = null;
    if (first) show(liveVisitors.get().all, "failed");
  }
}

const caughtUp = (found: readonly LiveVisitor[]): All =>
  (meanwhile ?? []).reduce(applyNews, replaceAll(liveVisitors.get().all, found));

function hear(news: News): void {
  meanwhile?.push(news);
  const { all, phase } = liveVisitors.get();
  if (phase === "ready") show(applyNews(all, news));
  if (news.missed) void readVisitors();
}

/** Holds the list up to date until the answer is called. */
export function openVisitors(): () => void {
  const done = watch("visitors", { onNews: hear, onLine: () => void readVisitors() });
  if (reading === 0 || meanwhile === null) void readVisitors();
  const timer = setInterval(() => {
    if (document.visibilityState === "visible") void readVisitors();
  }, AGAIN_MS);
  return () => {
    done();
    clearInterval(timer);
    reading += 1;
    meanwhile = null;
    liveVisitors.set(NOBODY);
  };
}
