/** What a hook was told, newest first, with filters that stand in the address. */

import { Badge, Bone, Button, Empty, IconButton, Table } from "@halloo/ui";
import type { QueryObserverResult } from "@tanstack/query-core";
import { ListFilter, RotateCcw } from "lucide-preact";
import { complain } from "../data/actions.ts";
import { get, queryString } from "../data/api.ts";
import type { Growing } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import type { Page } from "../data/types.ts";
import { formatAgo, formatMoment, formatNumber, formatTime, t } from "../i18n.ts";
import { EVERYTHING, go, type HooksRoute, type LogFilter } from "../router.ts";
import { Link } from "../shell/link.tsx";
import { ListBroken } from "../shell/list-broken.tsx";
import { useNow } from "../shell/use.ts";
import { Delivery } from "./delivery.tsx";
import { Filters, isFiltered } from "./log-filters.tsx";
import { conversationIn } from "./model.ts";
import { deliveriesQuery, logValues, useEvery } from "./queries.ts";
import type { DeliveryView, HookView } from "./types.ts";
import { Mark, resultWords, stateWords } from "./words.tsx";

type OneRoute = Extract<HooksRoute, { id: string }>;

const LOOK_MS = 2_000;
const DAY = 86_400_000;

interface LogProps {
  readonly hook: HookView;
  readonly route: OneRoute;
  readonly may: boolean;
}

export function Log({ hook, route, may }: LogProps) {
  const { filter, delivery } = route;
  const options = deliveriesQuery(hook.id, filter);
  const query = useQuery(options);
  const now = useNow(10_000);
  const items = query.data?.items ?? [];
  // A log that was grown stays as it is until one looks at its head again.
  const grown = items.length > 50;
  useEvery(query.refetch, LOOK_MS, !grown && !query.isError);
  const show = (next: LogFilter) => go({ ...route, filter: next, delivery: null }, true);
  const more = async () => {
    const next = query.data?.next;
    if (!next) return;
    try {
      const page = await get<Page<DeliveryView>>(
        `/hooks/${hook.id}/deliveries${queryString({ ...logValues(filter), limit: 50, cursor: next })}`,
      );
      client.setQueryData<Growing<DeliveryView>>(options.queryKey, (old) => ({
        items: [...(old?.items ?? []), ...page.data],
        next: page.next_cursor ?? null,
      }));
    } catch (error) {
      complain(error);
    }
  };
  return (
    <section class="in-card in-hook-log" aria-label={t("hooks_log")}>
      <header class="in-card-head in-card-head-row">
        <h3>{t("hooks_log")}</h3>
        {grown && (
          <Button
            size="small"
            kind="ghost"
            icon={<RotateCcw size={16} />}
            onClick={() => void client.resetQueries({ queryKey: options.queryKey })}
          >
            {t("hooks_log_newest")}
          </Button>
        )}
      </header>
      <Filters hook={hook} filter={filter} onFilter={show} />
      <Entries
        query={query}
        route={route}
        now={now}
        held={hook.state === "open"}
        onAll={() => show(EVERYTHING)}
        onSession={(session) => show({ ...filter, session })}
      />
      {query.data?.next && (
        <div class="in-more">
          <Button onClick={() => void more()}>{t("show_more")}</Button>
        </div>
      )}
      {delivery !== null && (
        <Delivery
          key={delivery}
          hook={hook}
          id={delivery}
          may={may}
          onOpen={(id) => go({ ...route, delivery: id }, true)}
          onClose={() => go({ ...route, delivery: null }, true)}
        />
      )}
    </section>
  );
}

interface EntriesProps {
  readonly query: QueryObserverResult<Growing<DeliveryView>, Error>;
  readonly route: OneRoute;
  readonly now: number;
  /** Calls are on hold: what waits has no time of its own. */
  readonly held: boolean;
  readonly onAll: () => void;
  readonly onSession: (session: string) => void;
}

function Entries({ query, route, now, held, onAll, onSession }: EntriesProps) {
  const items = query.data?.items ?? [];
  if (query.isError && !query.data) return <ListBroken query={query} />;
  if (!query.data)
    return (
      <div class="in-table-bones" aria-hidden="true">
        {[40, 55, 45].map((width) => (
          <div key={width}>
            <Bone width={width} />
            <Bone width={20} />
          </div>
        ))}
      </div>
    );
  if (items.length === 0) return isFiltered(route.filter) ? <NoneFit onAll={onAll} /> : <NoneYet />;
  return (
    <Table
      label={t("hooks_log")}
      class="in-log-table"
      head={
        <>
          <th>{t("hooks_event")}</th>
          <th>{t("hooks_result")}</th>
          <th class="in-log-talk">{t("conversation")}</th>
          <th class="in-number">{t("hooks_attempts")}</th>
          <th class="in-number">{t("when")}</th>
        </>
      }
    >
      {items.map((item) => (
        <Row key={item.id} item={item} route={route} now={now} held={held} onSession={onSession} />
      ))}
    </Table>
  );
}

const NoneYet = () => <Empty drawing="calm" title={t("hooks_log_none")} text={t("hooks_log_none_text")} />;

const NoneFit = ({ onAll }: { onAll: () => void }) => (
  <Empty drawing="search" title={t("hooks_log_none_fit")} action={<Button onClick={onAll}>{t("show_all")}</Button>} />
);

interface RowProps extends Pick<EntriesProps, "route" | "now" | "held" | "onSession"> {
  readonly item: DeliveryView;
}

function Row({ item, route, now, held, onSession }: RowProps) {
  const at = Date.parse(item.created_at);
  const talk = item.session_id === null ? null : conversationIn(item.session_id);
  return (
    <tr class="in-log-row">
      <td>
        <span class="in-log-event">
          <Mark state={item.state} outcome={item.last_outcome} />
          <Link to={{ ...route, delivery: item.id }} class="in-log-link">
            <code dir="ltr">{item.event}</code>
          </Link>
          {item.replay && <Badge>{t("hooks_replayed")}</Badge>}
        </span>
      </td>
      <td>
        <span class="in-log-result">
          <span>{stateWords(item.state)}</span>
          <span class="in-quiet">{noteOf(item, now, held)}</span>
        </span>
      </td>
      <td class="in-log-talk">
        {talk !== null && (
          <span class="in-log-event">
            <code dir="ltr" title={talk}>
              …{talk.slice(-8)}
            </code>
            {route.filter.session !== talk && (
              <IconButton
                size="small"
                label={t("hooks_only_talk")}
                icon={<ListFilter size={14} />}
                onClick={() => onSession(talk)}
              />
            )}
          </span>
        )}
      </td>
      <td class="in-number">{formatNumber(item.attempts)}</td>
      <td class="in-number in-soft">
        <time dateTime={item.created_at} data-tip={formatMoment(at)}>
          {formatAgo(at, now)}
        </time>
      </td>
    </tr>
  );
}

/** What stands beside the state: how the last attempt went, and when the next one is. */
function noteOf(item: DeliveryView, now: number, held: boolean): string {
  if (item.state === "pending" && item.next_attempt_at !== null && item.attempts > 0 && !held) {
    const at = Date.parse(item.next_attempt_at);
    const when = at - now < DAY ? formatTime(at) : formatMoment(at);
    const last = item.last_outcome ? resultWords(item.last_outcome, item.last_status) : "";
    return [last, at > now ? t("hooks_next_attempt", { when }) : ""].filter(Boolean).join(" · ");
  }
  if (item.last_outcome === null) return "";
  if (item.last_outcome === "success") return item.last_status === null ? "" : String(item.last_status);
  return resultWords(item.last_outcome, item.last_status);
}
