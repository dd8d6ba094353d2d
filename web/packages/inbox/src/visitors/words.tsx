/** Small words about a live visitor. */
import { useEffect, useReducer } from "preact/hooks";
import type { LiveVisitor } from "../data/types.ts";
import { formatClock, t } from "../i18n.ts";

/** The name, or “Visitor” with the end of an id: that of the contact where there is one, as everywhere else. */
export const nameOf = ({ name, contact_id, visitor_id }: LiveVisitor): string =>
  name ?? t("visitor_named", { id: (contact_id ?? visitor_id).slice(-4).toUpperCase() });

/** `Direct` is the one source that is a word. */
export const sourceName = (source: string): string => (source === "Direct" ? t("visitors_direct") : source);

const ticking = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Draws the component anew each second: one clock for all of them. */
export function useSecond(still = false): number {
  const [, again] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    if (still) return;
    const tick = () => again(0);
    ticking.add(tick);
    timer ??= setInterval(() => {
      for (const one of [...ticking]) one();
    }, 1000);
    return () => {
      ticking.delete(tick);
      if (ticking.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, [still]);
  return Date.now();
}

/** How long somebody has been there since, counting on. */
export function Since({ at, still = false }: { at: string; still?: boolean | undefined }) {
  const now = useSecond(still);
  return <bdi dir="ltr">{formatClock(now - Date.parse(at))}</bdi>;
}

/** How long they have been on their page; where pages are not told, on the site. */
export function OnPage({ visitor, still }: { visitor: LiveVisitor; still?: boolean }) {
  return <Since at={visitor.page?.at ?? visitor.since} still={still} />;
}
