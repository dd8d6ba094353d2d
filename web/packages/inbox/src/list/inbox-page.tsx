import { Dialog, Empty } from "@halloo/ui";
import { useEffect } from "preact/hooks";
import { ContactPanel } from "../contact/panel.tsx";
import { conversationQuery, listQuery } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import { createStore, useStore } from "../data/store.ts";
import { t } from "../i18n.ts";
import { storage } from "../live/browser.ts";
import type { Route } from "../router.ts";
import { Logo } from "../shell/logo.tsx";
import { useNarrow, useWide } from "../shell/use.ts";
import { ThreadZone } from "../thread/thread.tsx";
import { useLiveVisitor } from "../visitors/use-live-visitor.ts";
import { useFilter } from "./filter.ts";
import { ConversationList } from "./list.tsx";

type InboxRoute = Extract<Route, { page: "inbox" }>;

/** Whether the contact panel stands beside the thread (wide screens), and whether the drawer is out (others). */
export const panelOpen = createStore(storage.get("halloo.panel") !== "closed");
export const drawerOpen = createStore(false);

export function togglePanel(wide: boolean): void {
  if (!wide) {
    drawerOpen.set((open) => !open);
    return;
  }
  panelOpen.set((open) => !open);
  storage.set("halloo.panel", panelOpen.get() ? null : "closed");
}

/** List, thread and contact panel. */
export function InboxPage({ route }: { route: InboxRoute }) {
  const narrow = useNarrow();
  const filter = useFilter(route.state, route.whose);
  return (
    <>
      {(!narrow || route.id === null) && <ConversationList route={route} filter={filter} />}
      {route.id !== null ? <Open route={route} id={route.id} /> : !narrow && <NothingOpen route={route} />}
    </>
  );
}

function Open({ route, id }: { route: InboxRoute; id: string }) {
  const wide = useWide();
  const beside = useStore(panelOpen);
  const drawer = useStore(drawerOpen);
  const { data: conversation, isError } = useQuery(conversationQuery(id));
  const gone = isError && conversation === undefined;
  useLiveVisitor(conversation);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another conversation begins with the drawer in
  useEffect(() => () => drawerOpen.set(false), [id]);
  return (
    <>
      <ThreadZone key={id} route={route} id={id} />
      {wide && beside && !gone && (
        <aside class="in-panel" aria-label={t("contact_details")}>
          <ContactPanel key={id} conversation={conversation} />
        </aside>
      )}
      {!wide && (
        <Dialog
          open={drawer}
          onClose={() => drawerOpen.set(false)}
          title={t("contact_details")}
          closeLabel={t("close")}
          side="end"
        >
          <ContactPanel key={id} conversation={conversation} />
        </Dialog>
      )}
    </>
  );
}

function NothingOpen({ route }: { route: InboxRoute }) {
  const list = useQuery(listQuery(useFilter(route.state, route.whose))).data;
  const empty = list !== undefined && list.rows.length === 0;
  return (
    <section class="in-thread in-middle" aria-label={t("conversation")}>
      {empty ? (
        <span class="in-watermark">
          <Logo size={72} />
        </span>
      ) : (
        <Empty drawing="thread" title={t("nothing_open_title")} text={t("nothing_open_text")} />
      )}
    </section>
  );
}
