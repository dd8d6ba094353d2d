/** Looking at visitors: what the screens want to be told, said anew to each line, and what is told handed to them. */
import type { Frames } from "@halloo/wire";

/** Who came or changed, who went; `missed`: hints were lost, the list is read again. */
export type News = Frames.LiveVisitors;

export interface Watcher {
  onNews(news: News): void;
  /** A line is there that knows of the wish; what happened before it was not told. */
  onLine?(): void;
}

type Tell = (frame: { t: string; [field: string]: unknown }) => boolean;

const watchers = new Map<string, Set<Watcher>>();
let tell: Tell | null = null;

/** Watches `visitors`, or `visitor:<id>`, until the answer is called. */
export function watch(what: string, watcher: Watcher): () => void {
  const known = watchers.get(what);
  if (known) known.add(watcher);
  else {
    watchers.set(what, new Set([watcher]));
    tell?.({ t: "watch", what, on: true });
  }
  if (tell) watcher.onLine?.();
  return () => {
    const all = watchers.get(what);
    if (!all?.delete(watcher) || all.size > 0) return;
    watchers.delete(what);
    tell?.({ t: "watch", what, on: false });
  };
}

/** A line is live, or none is any more (null). */
export function lineChanged(next: Tell | null): void {
  tell = next;
  if (!next) return;
  for (const [what, all] of [...watchers]) {
    next({ t: "watch", what, on: true });
    for (const watcher of [...all]) watcher.onLine?.();
  }
}

/** Hands a `visitors` hint to those whom it concerns. */
export function hear(news: News): void {
  for (const [what, all] of [...watchers]) {
    const mine = what === "visitors" ? news : only(news, what.slice("visitor:".length));
    if (mine) for (const watcher of [...all]) watcher.onNews(mine);
  }
}

function only(news: News, id: string): News | null {
  const set = news.set.filter((one) => one.visitor_id === id);
  const gone = news.gone.filter((one) => one === id);
  return set.length + gone.length > 0 ? { set, gone } : null;
}
