/** The visitor of an open conversation is looked at: whether they are there and on which page the details say at once. */
import { useEffect } from "preact/hooks";
import { findRow, putRow } from "../data/facts.ts";
import type { ConversationView, LiveVisitor, VisitorView } from "../data/types.ts";
import { watch } from "../live/watch.ts";

const KEPT = 10;

/** A visitor with what is told of them now; null where they went. */
export function withLive(visitor: VisitorView, live: LiveVisitor | null, now: string): VisitorView {
  if (live === null) return visitor.online ? { ...visitor, online: false, last_seen_at: now } : visitor;
  const { page } = live;
  const online = live.state === "online";
  if (!page || visitor.pages[0]?.url === page.url) return visitor.online === online ? visitor : { ...visitor, online };
  return { ...visitor, online, pages: [page, ...visitor.pages].slice(0, KEPT) };
}

export function useLiveVisitor(conversation: ConversationView | undefined): void {
  const id = conversation?.id;
  const visitorId = conversation?.visitor.id;
  useEffect(() => {
    if (id === undefined || visitorId === undefined) return;
    const tell = (live: LiveVisitor | null) => {
      const row = findRow(id);
      const visitor = row && withLive(row.visitor, live, new Date().toISOString());
      if (row && visitor && visitor !== row.visitor) putRow({ ...row, visitor }, id);
    };
    return watch(`visitor:${visitorId}`, {
      onNews: ({ set, gone }) => {
        for (const one of set) tell(one);
        if (gone.length > 0) tell(null);
      },
    });
  }, [id, visitorId]);
}
