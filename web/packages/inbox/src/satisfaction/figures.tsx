/** The figures of a report: the few that matter, how the stars are spread, and whose conversations they are about. */
import { Avatar, Segmented, Table } from "@halloo/ui";
import { Star } from "lucide-preact";
import { useState } from "preact/hooks";
import type { FeedbackDay, FeedbackReport } from "../data/types.ts";
import { formatAverage, formatDate, formatNumber, formatPercent, t } from "../i18n.ts";
import { go } from "../router.ts";
import { Card } from "../settings/card.tsx";
import { Stars } from "../shell/stars.tsx";
import { Plot } from "./plot.tsx";
import { daysOf, type FeedbackFilter, fullDays, startOf } from "./range.ts";

const NONE = "–";

/** Satisfaction, average and answers. */
export function Headline({ report }: { report: FeedbackReport }) {
  const figures = [
    {
      id: "satisfied",
      value: report.satisfied === null ? NONE : formatPercent(report.satisfied),
      about: t("figure_satisfied_text"),
    },
    {
      id: "average",
      value: report.average === null ? NONE : formatAverage(report.average),
      about: t("figure_average_text"),
    },
    {
      id: "answers",
      value: formatNumber(report.count),
      about: t("figure_rated_text", { count: report.rated }),
    },
  ] as const;
  return (
    <dl class="in-figures">
      {figures.map((figure) => (
        <div key={figure.id} class="in-figure">
          <dt>{t(`figure_${figure.id}`)}</dt>
          <dd>
            <strong>{figure.value}</strong>
            <span>{figure.about}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The plot, or its figures as a table. */
export function OverTime({ report, filter }: { report: FeedbackReport; filter: FeedbackFilter }) {
  const [as, setAs] = useState<"plot" | "table">("plot");
  const { from, to } = daysOf(filter.range);
  const days = fullDays(report.days, from, to);
  return (
    <section class="in-card">
      <header class="in-card-head in-card-head-row">
        <div>
          <h3>{t("over_time")}</h3>
          <p>{t("over_time_text")}</p>
        </div>
        <Segmented
          label={t("over_time")}
          value={as}
          onChoose={setAs}
          choices={[
            { id: "plot", label: t("as_plot") },
            { id: "table", label: t("as_table") },
          ]}
        />
      </header>
      {as === "plot" ? (
        <div class="in-card-body">
          <Plot days={days} />
        </div>
      ) : (
        <Days days={days.filter((day) => day.count > 0).reverse()} />
      )}
    </section>
  );
}

function Days({ days }: { days: readonly FeedbackDay[] }) {
  return (
    <Table
      label={t("over_time")}
      class="in-days"
      head={
        <>
          <th>{t("day")}</th>
          <th class="in-number">{t("figure_average")}</th>
          <th class="in-number">{t("figure_answers")}</th>
        </>
      }
    >
      {days.map((day) => (
        <tr key={day.day}>
          <td>{formatDate(startOf(day.day.slice(0, 10)).getTime())}</td>
          <td class="in-number">{day.average === null ? NONE : formatAverage(day.average)}</td>
          <td class="in-number">{formatNumber(day.count)}</td>
        </tr>
      ))}
    </Table>
  );
}

/** How many gave each number of stars. */
export function Spread({ report }: { report: FeedbackReport }) {
  const most = Math.max(1, ...Object.values(report.stars));
  return (
    <Card title={t("spread")}>
      <ul class="in-spread">
        {[5, 4, 3, 2, 1].map((stars) => {
          const count = report.stars[String(stars)] ?? 0;
          return (
            <li key={stars}>
              <span class="in-spread-stars">
                {formatNumber(stars)}
                <Star size={14} class="in-star in-star-on" aria-hidden="true" />
                <span class="ui-hidden">{t("stars_of_five", { value: formatNumber(stars) })}</span>
              </span>
              <span class="in-spread-track" aria-hidden="true">
                <span style={{ width: `${(count / most) * 100}%` }} />
              </span>
              <span class="in-spread-count">
                {formatNumber(count)}
                <span class="in-soft">{report.rated > 0 ? formatPercent(count / report.rated) : ""}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

/** Whose conversations were rated how. */
export function PerOperator({ report, filter }: { report: FeedbackReport; filter: FeedbackFilter }) {
  if (report.operators.length === 0) return null;
  return (
    <section class="in-card in-card-table">
      <header class="in-card-head in-card-head-table">
        <h3>{t("per_operator")}</h3>
      </header>
      <Table
        label={t("per_operator")}
        head={
          <>
            <th>{t("name")}</th>
            <th class="in-number">{t("figure_average")}</th>
            <th class="in-number">{t("figure_answers")}</th>
          </>
        }
      >
        {report.operators.map(({ operator, count, average }) => (
          <tr key={operator.id}>
            <td>
              <button
                type="button"
                class="in-person in-person-button"
                onClick={() => go({ page: "satisfaction", filter: { ...filter, operator: operator.id } }, true)}
              >
                <Avatar id={operator.id} name={operator.name} src={operator.avatar} size={28} />
                <strong dir="auto">{operator.name}</strong>
              </button>
            </td>
            <td class="in-number">
              {average === null ? (
                NONE
              ) : (
                <span class="in-average">
                  <Stars value={average} size={14} />
                  {formatAverage(average)}
                </span>
              )}
            </td>
            <td class="in-number">{formatNumber(count)}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
