import { Bone, Button, Chip, cx, Empty, IconButton, Menu, Segmented } from "@halloo/ui";
import { ArrowDownWideNarrow, ArrowLeft, OctagonAlert, Search } from "lucide-preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { listQuery, loadMore, useCounts } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import { useStore } from "../data/store.ts";
import { type ConversationRow, type Filter, STATES, WHOSE } from "../data/types.ts";
import { t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { go, type Route } from "../router.ts";
import { ListBroken } from "../shell/list-broken.tsx";
import { useVirtual } from "../shell/virtual.ts";
import { setOrder, unreadOnly } from "./filter.ts";
import { keepPlace, listItems, neighbour, type Place } from "./items.ts";
import { Row } from "./row.tsx";

type InboxRoute = Extract<Route, { page: "inbox" }>;

const ROW = 68;
const HEAD = 32;

/** The conversations of a folder. */
export function ConversationList({ route, filter }: { route: InboxRoute; filter: Filter }) {
  const query = useQuery(listQuery(filter));
  const list = query.data;
  const rows = list?.rows;
  const open = (id: string | null) => go({ ...route, id, at: null }, route.id !== null && id !== null);
  useCommands([
    { id: "next", section: "list", label: t("next_conversation"), keys: "j", run: () => step(1) },
    { id: "previous", section: "list", label: t("previous_conversation"), keys: "k", run: () => step(-1) },
    { id: "unread", section: "list", label: t("only_unread"), keys: "u", run: () => unreadOnly.set((now) => !now) },
  ]);
  const place = useRef<Place | null>(null);
  useEffect(() => {
    place.current = keepPlace(place.current, rows ?? [], filter.order, route.id);
  }, [rows, filter.order, route.id]);
  const step = (by: 1 | -1) => {
    const next = neighbour(rows ?? [], filter.order, route.id, by, place.current);
    if (next) open(next.id);
  };
  return (
    <section class="in-list" aria-label={t("inbox")}>
      <ListHead route={route} filter={filter} />
      {query.isPending ? (
        <Rows />
      ) : query.isError && !list ? (
        <div class="in-middle">
          <ListBroken query={query} />
        </div>
      ) : rows && rows.length > 0 ? (
        <Scroller rows={rows} route={route} filter={filter} more={list?.next !== null} />
      ) : (
        <div class="in-middle">
          <Nothing filter={filter} />
        </div>
      )}
    </section>
  );
}

function Nothing({ filter }: { filter: Filter }) {
  if (filter.unread) {
    return (
      <Empty
        drawing="calm"
        title={t("empty_unread")}
        action={<Button onClick={() => unreadOnly.set(false)}>{t("show_all")}</Button>}
      />
    );
  }
  if (filter.state === "snoozed")
    return <Empty drawing="calm" title={t("empty_snoozed")} text={t("empty_snoozed_text")} />;
  if (filter.state === "spam") return <Empty drawing="calm" title={t("empty_spam")} text={t("empty_spam_text")} />;
  if (filter.state === "resolved")
    return <Empty drawing="list" title={t("empty_resolved")} text={t("empty_resolved_text")} />;
  if (filter.whose === "mine") return <NothingMine filter={filter} />;
  return <Empty drawing="calm" title={t("empty_open")} text={t("empty_open_text")} />;
}

/** Nobody gave the operator anything: what nobody has may wait. */
function NothingMine({ filter: { state } }: { filter: Filter }) {
  const others = useCounts()?.[state].unassigned.total ?? 0;
  const look = () => go({ page: "inbox", state, whose: "unassigned", id: null, at: null });
  const action = others > 0 && <Button onClick={look}>{t("show_unassigned", { count: others })}</Button>;
  return <Empty drawing="calm" title={t("empty_mine")} text={t("empty_mine_text")} {...(action ? { action } : {})} />;
}

function ListHead({ route, filter }: { route: InboxRoute; filter: Filter }) {
  const counts = useCounts();
  const unread = useStore(unreadOnly);
  const folder = counts?.[route.state];
  return (
    <header class="in-list-head">
      <div class="in-list-title">
        {route.state === "spam" && (
          <IconButton
            label={t("back")}
            icon={<ArrowLeft size={20} class="ui-mirror" />}
            onClick={() => go({ ...route, state: "open", id: null, at: null })}
          />
        )}
        <h1>{t(route.state === "spam" ? "state_spam" : "inbox")}</h1>
        <IconButton
          label={t("search")}
          keys="/"
          icon={<Search size={18} />}
          onClick={() => go({ page: "search", q: "" })}
        />
        <Menu
          label={t("list_view")}
          placement="bottom-end"
          items={[
            { kind: "heading", label: t("order_by") },
            {
              kind: "item",
              id: "waiting",
              label: t("order_waiting"),
              checked: filter.order === "waiting",
              disabled: route.state !== "open",
              onSelect: () => setOrder("waiting"),
            },
            {
              kind: "item",
              id: "activity",
              label: t("order_activity"),
              checked: filter.order === "activity",
              onSelect: () => setOrder("activity"),
            },
            { kind: "line" },
            {
              kind: "item",
              id: "spam",
              label: t("state_spam"),
              icon: <OctagonAlert size={16} />,
              hint: counts?.spam.all.total ? String(counts.spam.all.total) : undefined,
              onSelect: () => go({ ...route, state: "spam", whose: "all", id: null, at: null }),
            },
          ]}
          trigger={(props) => <IconButton {...props} label={t("list_view")} icon={<ArrowDownWideNarrow size={18} />} />}
        />
      </div>
      {route.state === "spam" ? (
        <p class="ui-about in-list-about">{t("spam_about")}</p>
      ) : (
        <Segmented
          label={t("state")}
          value={route.state}
          onChoose={(state) => go({ ...route, state, id: null, at: null })}
          choices={STATES.map((id) => ({ id, label: t(`state_${id}`), count: counts?.[id].all.total || undefined }))}
        />
      )}
      <fieldset class="in-list-chips" aria-label={t("whose")}>
        {WHOSE.map((whose) => {
          const tally = folder?.[whose];
          return (
            <Chip
              key={whose}
              pressed={route.whose === whose}
              onClick={() => go({ ...route, whose, id: null, at: null })}
            >
              <span>{t(`whose_${whose}`)}</span>
              {tally && tally.total > 0 && <span class="in-chip-count">{tally.total}</span>}
              {tally && tally.unread > 0 && (
                <>
                  <span class="in-chip-dot" aria-hidden="true" />
                  <span class="ui-hidden">{t("unread_count", { count: tally.unread })}</span>
                </>
              )}
            </Chip>
          );
        })}
        <Chip pressed={unread} onClick={() => unreadOnly.set(!unread)}>
          {t("unread")}
        </Chip>
      </fieldset>
    </header>
  );
}

function Scroller({
  rows,
  route,
  filter,
  more,
}: {
  rows: readonly ConversationRow[];
  route: InboxRoute;
  filter: Filter;
  more: boolean;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const items = useMemo(() => listItems(rows, filter.order), [rows, filter.order]);
  const virtual = useVirtual({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (items[index]?.kind === "head" ? HEAD : ROW),
    getItemKey: (index) => {
      const item = items[index];
      return item?.kind === "row" ? item.row.id : (item?.id ?? index);
    },
    overscan: 6,
    paddingEnd: 12,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= items.length - 8) void loadMore(filter);
  }, [more, last, items.length, filter]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the row in sight follows the opened one, not every new order
  useEffect(() => {
    const at = items.findIndex((item) => item.kind === "row" && item.row.id === route.id);
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [route.id]);
  return (
    <div ref={scroller} class="in-list-scroll">
      <ul class="in-rows" style={{ height: `${virtual.getTotalSize()}px` }}>
        {shown.map((place) => {
          const item = items[place.index];
          if (!item) return null;
          const style = { transform: `translateY(${place.start}px)`, height: `${place.size}px` };
          return item.kind === "head" ? (
            <li key={item.id} class={cx("in-rows-head", item.id === "waiting" && "in-rows-waiting")} style={style}>
              <h2>{t(item.id === "waiting" ? "waiting_heading" : "rest_heading")}</h2>
              <span>{item.count}</span>
            </li>
          ) : (
            <li key={item.row.id} class="in-rows-item" style={style}>
              <Row row={item.row} route={route} on={item.row.id === route.id} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Rows() {
  return (
    <div class="in-list-scroll" aria-hidden="true">
      {Array.from({ length: 9 }, (_, index) => (
        <div key={index} class="in-row-bones">
          <Bone height={36} round />
          <div>
            <Bone width={40 + ((index * 17) % 30)} />
            <Bone width={60 + ((index * 29) % 35)} height={10} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** The shape of the list while nothing is known. */
export function ListBones() {
  return (
    <div class="in-list" aria-hidden="true">
      <div class="in-list-head">
        <div class="in-list-title">
          <Bone width={28} height={20} />
        </div>
        <Bone height={34} />
      </div>
      <Rows />
    </div>
  );
}
