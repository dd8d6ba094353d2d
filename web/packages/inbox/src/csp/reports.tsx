/** What visitors' browsers report: the same reports together, with what the doctor says of the policy they name. */
import { Badge, Bone, Button, Chip, Empty, IconButton, Menu, toast } from "@halloo/ui";
import type { QueryObserverResult } from "@tanstack/query-core";
import { Bell, BellOff, ChevronRight, Ellipsis, Trash } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { useQuery } from "../data/query.ts";
import type { WidgetView } from "../data/types.ts";
import { useEvery } from "../hooks/queries.ts";
import { formatAgo, formatMoment, formatNumber, t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import { Confirm } from "../shell/confirm.tsx";
import { useNow } from "../shell/use.ts";
import { deleteReports, moreReports, muteReports, type ReportFilter, reportsQuery } from "./queries.ts";
import { Copy } from "./result.tsx";
import type { State } from "./state.ts";
import { REPORT_KINDS, type ReportCounts, type ReportGroup, type ReportPage } from "./types.ts";
import { StateMark } from "./words.tsx";

const LOOK_MS = 15_000;
const PAGE = 25;
const OURS: ReportFilter = { kind: "ours", muted: false };

export function Reports({ widget, may }: { widget: WidgetView; may: boolean }) {
  const [filter, setFilter] = useState<ReportFilter>(OURS);
  const query = useQuery(reportsQuery(widget.id, filter));
  const now = useNow(30_000);
  const page = query.data;
  // A list that was grown stays as it is until one chooses anew.
  useEvery(query.refetch, LOOK_MS, !query.isError && (page?.data.length ?? 0) <= PAGE);
  return (
    <Card title={t("csp_reports")} text={t("csp_reports_text")}>
      <Filters filter={filter} onFilter={setFilter} counts={page?.counts} />
      <List query={query} filter={filter} widget={widget.id} may={may} now={now} />
      {page?.next_cursor && (
        <div class="in-more">
          <Button onClick={() => void moreReports(widget.id, filter).catch(complain)}>{t("show_more")}</Button>
        </div>
      )}
      {page !== undefined && page.foreign > 0 && <p class="ui-about">{t("csp_foreign", { count: page.foreign })}</p>}
    </Card>
  );
}

interface FilterProps {
  readonly filter: ReportFilter;
  readonly onFilter: (filter: ReportFilter) => void;
  readonly counts: ReportCounts | undefined;
}

function Filters({ filter, onFilter, counts }: FilterProps) {
  const tally = (count: number | undefined) => count !== undefined && <> {formatNumber(count)}</>;
  return (
    <fieldset class="in-csp-filters">
      <legend class="ui-hidden">{t("csp_reports")}</legend>
      {REPORT_KINDS.map((kind) => (
        <Chip
          key={kind}
          pressed={filter.kind === kind && !filter.muted}
          onClick={() => onFilter({ kind, muted: false })}
        >
          {t(`csp_kind_${kind}`)}
          {tally(counts?.[kind])}
        </Chip>
      ))}
      <Chip pressed={filter.muted} onClick={() => onFilter({ ...filter, muted: !filter.muted })}>
        {t("csp_muted")}
        {tally(counts?.muted)}
      </Chip>
    </fieldset>
  );
}

interface ListProps {
  readonly query: QueryObserverResult<ReportPage, Error>;
  readonly filter: ReportFilter;
  readonly widget: string;
  readonly may: boolean;
  readonly now: number;
}

function List({ query, filter, widget, may, now }: ListProps) {
  if (query.isError && !query.data)
    return (
      <Empty
        drawing="broken"
        title={t("list_broken")}
        action={<Button onClick={() => void query.refetch()}>{t("try_again")}</Button>}
      />
    );
  if (!query.data)
    return (
      <div class="in-csp-bones" aria-hidden="true">
        <Bone width={70} />
        <Bone width={50} />
      </div>
    );
  if (query.data.data.length === 0)
    return filter.muted ? (
      <Empty drawing="calm" title={t("csp_none_muted")} />
    ) : (
      <Empty
        drawing="calm"
        title={t(`csp_none_${filter.kind}`)}
        {...(filter.kind === "ours" ? { text: t("csp_none_text") } : {})}
      />
    );
  return (
    <ul class="in-csp-rows" aria-label={t("csp_reports")}>
      {query.data.data.map((group) => (
        <Row key={group.id} group={group} widget={widget} may={may} now={now} />
      ))}
    </ul>
  );
}

/** How grave a group is. */
export function stateOf({ verdict }: ReportGroup): State {
  if (!verdict?.blocks) return "unknown";
  return verdict.level === "optional" ? "optional_blocked" : "required_blocked";
}

/** What the doctor says of the policy that was reported. */
export function verdictOf(group: ReportGroup): string {
  if (group.kind === "extensions" || group.kind === "extension") return t("csp_report_extension");
  const state = stateOf(group);
  if (state === "required_blocked") return t("csp_report_required");
  if (state === "optional_blocked") return t("csp_report_optional");
  return t(group.kind === "ours" ? "csp_report_fine" : "csp_report_not_ours");
}

interface RowProps {
  readonly group: ReportGroup;
  readonly widget: string;
  readonly may: boolean;
  readonly now: number;
}

function Row({ group, widget, may, now }: RowProps) {
  const [open, setOpen] = useState(false);
  const seen = Date.parse(group.last_seen);
  return (
    <li class={group.muted ? "in-csp-quiet" : undefined}>
      <div class="in-csp-row">
        <StateMark state={stateOf(group)} />
        <button
          type="button"
          class="in-csp-open-row"
          aria-expanded={open ? "true" : "false"}
          onClick={() => setOpen(!open)}
        >
          <span class="in-csp-row-words">
            <span class="in-csp-what">
              <code dir="ltr">{group.directive}</code>
              <code dir="ltr">{group.blocked}</code>
              {group.disposition === "report" && <Badge>{t("csp_only_reported")}</Badge>}
            </span>
            <span class="in-soft">
              <bdi dir="ltr">{group.page}</bdi>
              <span>{verdictOf(group)}</span>
            </span>
          </span>
          <span class="in-csp-figures">
            <span>{t("csp_times", { count: group.count })}</span>
            <time dateTime={group.last_seen} title={formatMoment(seen)}>
              {formatAgo(seen, now)}
            </time>
          </span>
          <ChevronRight size={16} class="ui-mirror in-csp-chevron" />
        </button>
        {may && <Actions group={group} widget={widget} />}
      </div>
      {open && <Details group={group} />}
    </li>
  );
}

function Actions({ group, widget }: { group: ReportGroup; widget: string }) {
  const [asking, setAsking] = useState(false);
  const mute = async (muted: boolean) => {
    try {
      await muteReports(widget, group, muted);
      toast({
        text: t(muted ? "csp_muted_toast" : "csp_unmuted_toast"),
        action: { label: t("undo"), onAction: () => void mute(!muted) },
      });
    } catch (error) {
      complain(error);
    }
  };
  const erase = async () => {
    try {
      await deleteReports(widget, group);
      toast({ text: t("csp_deleted_toast") });
    } catch (error) {
      complain(error);
    }
  };
  return (
    <>
      <Menu
        label={t("more")}
        placement="bottom-end"
        items={[
          {
            kind: "item",
            id: "mute",
            label: t(group.muted ? "csp_unmute" : "csp_mute"),
            icon: group.muted ? <Bell size={16} /> : <BellOff size={16} />,
            onSelect: () => void mute(!group.muted),
          },
          { kind: "line" },
          {
            kind: "item",
            id: "delete",
            label: t("delete"),
            icon: <Trash size={16} />,
            danger: true,
            onSelect: () => setAsking(true),
          },
        ]}
        trigger={(props) => <IconButton {...props} size="small" label={t("more")} icon={<Ellipsis size={18} />} />}
      />
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t("csp_delete_title")}
        text={t("csp_delete_text")}
        action={t("delete")}
        onConfirm={() => void erase()}
      />
    </>
  );
}

/** All that is kept of a group; every word of it may be a stranger's. */
function Details({ group }: { group: ReportGroup }) {
  const line = group.verdict?.line;
  return (
    <div class="in-csp-open">
      {line && (
        <div class="in-block">
          <span class="ui-label">{t("csp_report_add")}</span>
          <Copy label={t("csp_report_add")} text={line} />
        </div>
      )}
      <dl class="in-csp-facts">
        <Fact name={t("csp_first_seen")}>{formatMoment(Date.parse(group.first_seen))}</Fact>
        <Fact name={t("csp_last_seen")}>{formatMoment(Date.parse(group.last_seen))}</Fact>
        {group.source && (
          <Fact name={t("csp_source")}>
            <code dir="ltr">{group.source}</code>
          </Fact>
        )}
        {group.sample && (
          <Fact name={t("csp_sample")}>
            <code dir="ltr">{group.sample}</code>
          </Fact>
        )}
        <Fact name={t("csp_policy_of_page")}>
          <code dir="ltr">{group.policy}</code>
        </Fact>
      </dl>
    </div>
  );
}

const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
