/** How satisfied visitors were: a range of days, a widget, an operator; figures, a plot, and what they said. */
import { Button, Empty } from "@halloo/ui";
import { Smile } from "lucide-preact";
import { useCan, widgetsQuery } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import { t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { go } from "../router.ts";
import { FigureBones } from "../shell/figure-bones.tsx";
import { readValues } from "../widgets/config.ts";
import { Headline, OverTime, PerOperator, Spread } from "./figures.tsx";
import { Filters } from "./filters.tsx";
import { Latest } from "./latest.tsx";
import { reportQuery } from "./queries.ts";
import { type FeedbackFilter, SPANS, USUAL } from "./range.ts";

export function SatisfactionPage({ filter }: { filter: FeedbackFilter }) {
  const query = useQuery(reportQuery(filter));
  const everybody = useQuery(reportQuery({ ...filter, operator: null }));
  useCommands(
    SPANS.map((days) => ({
      id: `satisfaction-${days}`,
      section: "list" as const,
      label: t("satisfaction_days", { count: days }),
      icon: <Smile size={16} />,
      run: () => go({ page: "satisfaction", filter: { ...filter, range: { kind: "last", days } } }, true),
    })),
  );
  const report = query.data;
  const operators = (everybody.data?.operators ?? []).map((one) => one.operator);
  return (
    <section class="in-page in-page-calm">
      <header class="in-page-head">
        <h1>{t("satisfaction")}</h1>
      </header>
      <div class="in-page-scroll">
        <div class="in-report">
          <Filters filter={filter} operators={operators} />
          {query.isError && !report ? (
            <Empty
              drawing="broken"
              title={t("report_broken")}
              action={<Button onClick={() => void query.refetch()}>{t("try_again")}</Button>}
            />
          ) : !report ? (
            <FigureBones height={180} />
          ) : report.count === 0 ? (
            <NoFeedback filter={filter} />
          ) : (
            <>
              <Headline report={report} />
              <OverTime report={report} filter={filter} />
              <div class="in-report-pair">
                <Spread report={report} />
                <PerOperator report={report} filter={filter} />
              </div>
              <Latest filter={filter} />
            </>
          )}
        </div>
      </div>
    </section>
  );
}

/** Nothing was said: nobody is asked yet, or not in these days. */
function NoFeedback({ filter }: { filter: FeedbackFilter }) {
  const may = useCan("web_widgets:manage");
  const widgets = useQuery({ ...widgetsQuery, enabled: may }).data ?? [];
  const asks = widgets.some(
    (widget) =>
      readValues((widget.config["v1"] ?? {}) as Record<string, unknown>)["post_conversation_feedback.enabled"],
  );
  const first = widgets.find((widget) => widget.id === filter.widget) ?? widgets[0];
  if (first && !asks) {
    return (
      <Empty
        drawing="stars"
        title={t("nobody_asked")}
        text={t("nobody_asked_text")}
        action={
          <Button kind="primary" onClick={() => go({ page: "widgets", id: first.id, section: "forms" })}>
            {t("set_up_feedback")}
          </Button>
        }
      />
    );
  }
  const wider: FeedbackFilter = { ...USUAL, range: { kind: "last", days: 90 } };
  const widest = JSON.stringify(filter) === JSON.stringify(wider);
  return (
    <Empty
      drawing="stars"
      title={t("no_feedback")}
      text={t("no_feedback_text")}
      action={
        widest ? undefined : (
          <Button onClick={() => go({ page: "satisfaction", filter: wider }, true)}>
            {t("satisfaction_days", { count: 90 })}
          </Button>
        )
      }
    />
  );
}
