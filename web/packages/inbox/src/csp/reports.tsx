/** What visitors' browsers report: the same reports together, with what the doctor says of the policy they name. */
import { Bone, Button, Chip, Empty } from "@halloo/ui";
import type { QueryObserverResult } from "@tanstack/query-core";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { useQuery } from "../data/query.ts";
import type { WidgetView } from "../data/types.ts";
import { useEvery } from "../hooks/queries.ts";
import { formatNumber, t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import { ListBroken } from "../shell/list-broken.tsx";
import { useNow } from "../shell/use.ts";
import { moreReports, PAGE, type ReportFilter, reportsQuery } from "./queries.ts";
import { ReportRow } from "./report-row.tsx";
import { REPORT_KINDS, type ReportCounts, type ReportPage } from "./types.ts";

const LOOK_MS = 15_000;
const OURS: ReportFilter = { kind: "ours", muted: false };

interface ReportsProps {
  readonly widget: WidgetView;
  readonly may: boolean;
  /** Somebody wants browsers to report. */
  readonly onAsk: () => void;
}

export function Reports({ widget, may, onAsk }: ReportsProps) {
  const [filter, setFilter] = useState<ReportFilter>(OURS);
  const query = useQuery(reportsQuery(widget.id, filter));
  const now = useNow(30_000);
  const page = query.data;
  // A list that was grown stays as it is until one chooses anew.
  useEvery(query.refetch, LOOK_MS, !query.isError && (page?.data.length ?? 0) <= PAGE);
  return (
    <Card title={t("csp_reports")} text={t("csp_reports_text")}>
      <Filters filter={filter} onFilter={setFilter} counts={page?.counts} />
      <List query={query} filter={filter} widget={widget.id} may={may} now={now} onAsk={onAsk} />
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
  readonly onAsk: () => void;
}

function List({ query, filter, widget, may, now, onAsk }: ListProps) {
  if (query.isError && !query.data) return <ListBroken query={query} />;
  if (!query.data)
    return (
      <div class="in-csp-bones" aria-hidden="true">
        <Bone width={70} />
        <Bone width={50} />
      </div>
    );
  if (query.data.data.length === 0) return <Nothing filter={filter} onAsk={onAsk} />;
  return (
    <ul class="in-csp-rows" aria-label={t("csp_reports")}>
      {query.data.data.map((group) => (
        <ReportRow key={group.id} group={group} widget={widget} may={may} now={now} />
      ))}
    </ul>
  );
}

function Nothing({ filter, onAsk }: { filter: ReportFilter; onAsk: () => void }) {
  if (filter.muted) return <Empty drawing="calm" title={t("csp_none_muted")} />;
  if (filter.kind !== "ours") return <Empty drawing="calm" title={t(`csp_none_${filter.kind}`)} />;
  return (
    <Empty
      drawing="calm"
      title={t("csp_none_ours")}
      text={t("csp_none_text")}
      action={<Button onClick={onAsk}>{t("csp_ask_reports")}</Button>}
    />
  );
}
