/** The last day of a hook: calls by how they ended, and how long answers took. Small for a list, large for its page. */
import { directionOf } from "@halloo/core/i18n.ts";
import { Segmented, Table } from "@halloo/ui";
import { useState } from "preact/hooks";
import { useQuery } from "../data/query.ts";
import { formatNumber, formatTime, formatTook, language, t } from "../i18n.ts";
import { useWidth } from "../shell/use.ts";
import { isolate } from "../thread/names.ts";
import { gathered, totalsOf } from "./model.ts";
import { chartQuery } from "./queries.ts";
import type { Quarter } from "./types.ts";

const BARS = 24;
const WIDTH = 120;
const HEIGHT = 28;

/** A day in two dozen bars. */
export function DaySpark({ id, name }: { id: string; name: string }) {
  const quarters = useQuery(chartQuery(id)).data;
  if (!quarters) return <span class="in-hook-spark" aria-hidden="true" />;
  const hours = gathered(quarters, Math.ceil(quarters.length / BARS));
  const { succeeded, failed } = totalsOf(quarters);
  const most = Math.max(1, ...hours.map((hour) => hour.succeeded + hour.failed));
  const step = WIDTH / BARS;
  const high = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * HEIGHT));
  return (
    <span class="in-hook-spark">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t("hooks_spark_label", { name, succeeded: formatNumber(succeeded), failed: formatNumber(failed) })}
      >
        {hours.map((hour, index) => {
          const bad = high(hour.failed);
          const good = Math.min(HEIGHT - bad, high(hour.succeeded));
          const x = index * step + 0.75;
          const none = hour.succeeded + hour.failed === 0;
          return (
            <g key={hour.at}>
              <rect
                class={none ? "in-hook-none" : "in-hook-ok"}
                x={x}
                width={step - 1.5}
                y={none ? HEIGHT - 1.5 : HEIGHT - good}
                height={none ? 1.5 : good}
                rx={1}
              />
              {bad > 0 && (
                <rect class="in-hook-ko" x={x} width={step - 1.5} y={HEIGHT - good - bad} height={bad} rx={1} />
              )}
            </g>
          );
        })}
      </svg>
    </span>
  );
}

const PLOT = 196;
const TOP = 14;
/** Where the answer times end and the calls begin. */
const FLOOR = 78;
const BARS_TOP = 96;
const BARS_FLOOR = 168;
const START = 8;
const END = 56;

function placesOf(quarters: readonly Quarter[], width: number) {
  const mirrored = directionOf(language.get()) === "rtl";
  const step = (width - START - END) / Math.max(1, quarters.length);
  const x = (index: number) => {
    const at = START + (index + 0.5) * step;
    return mirrored ? width - at : at;
  };
  const slowest = Math.max(1, ...quarters.map((quarter) => quarter.p95 ?? 0));
  const most = Math.max(1, ...quarters.map((quarter) => quarter.succeeded + quarter.failed));
  const y = (ms: number) => FLOOR - (ms / slowest) * (FLOOR - TOP);
  const bar = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * (BARS_FLOOR - BARS_TOP)));
  return { x, y, bar, step, mirrored, slowest, most };
}

/** Runs of quarters with an answer: a gap in time is a gap in the line. */
function runsOf(quarters: readonly Quarter[]): number[][] {
  const runs: number[][] = [];
  quarters.forEach((quarter, index) => {
    if (quarter.p95 === null) return;
    const last = runs.at(-1);
    if (last && last.at(-1) === index - 1) last.push(index);
    else runs.push([index]);
  });
  return runs;
}

export function DayPlot({ quarters }: { quarters: readonly Quarter[] }) {
  const { box, width } = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const { x, y, bar, step, mirrored, slowest, most } = placesOf(quarters, width);
  const totals = totalsOf(quarters);
  const label = t("hooks_plot_label", {
    succeeded: formatNumber(totals.succeeded),
    failed: formatNumber(totals.failed),
    p95: totals.p95 === null ? "–" : formatTook(totals.p95),
  });
  const follow = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const from = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const place = Math.floor(((mirrored ? width - from : from) - START) / step);
    setAt(Math.max(0, Math.min(quarters.length - 1, place)));
  };
  const edge = mirrored ? END - 8 : width - END + 8;
  const anchor = mirrored ? "end" : "start";
  const thick = Math.max(1.5, step * 0.72);
  const shown = at === null ? undefined : quarters[at];
  const ticks = quarters.length >= 4 ? [0, Math.floor(quarters.length / 2), quarters.length - 1] : [0];
  return (
    <div ref={box} class="in-plot in-hook-plot" dir="ltr">
      <svg
        width={width}
        height={PLOT}
        viewBox={`0 0 ${width} ${PLOT}`}
        role="img"
        aria-label={label}
        onPointerMove={follow}
        onPointerLeave={() => setAt(null)}
      >
        <g class="in-plot-grid">
          <line x1={mirrored ? END : START} x2={mirrored ? width - START : width - END} y1={FLOOR} y2={FLOOR} />
          <line
            x1={mirrored ? END : START}
            x2={mirrored ? width - START : width - END}
            y1={BARS_FLOOR}
            y2={BARS_FLOOR}
          />
          {totals.p95 !== null && (
            <text x={edge} y={TOP + 4} text-anchor={anchor}>
              {formatTook(slowest)}
            </text>
          )}
          <text x={edge} y={FLOOR + 4} text-anchor={anchor}>
            p95
          </text>
          <text x={edge} y={BARS_TOP + 4} text-anchor={anchor}>
            {totals.succeeded + totals.failed > 0 ? formatNumber(most) : ""}
          </text>
          <text x={edge} y={BARS_FLOOR + 4} text-anchor={anchor}>
            {t("hooks_calls")}
          </text>
        </g>
        {at !== null && (
          <rect class="in-hook-at" x={x(at) - step / 2} y={TOP - 6} width={step} height={BARS_FLOOR - TOP + 6} />
        )}
        {quarters.map((quarter, index) => {
          const bad = bar(quarter.failed);
          const good = Math.min(BARS_FLOOR - BARS_TOP - bad, bar(quarter.succeeded));
          return (
            <g key={quarter.at}>
              {good > 0 && (
                <rect
                  class="in-hook-ok"
                  x={x(index) - thick / 2}
                  y={BARS_FLOOR - good}
                  width={thick}
                  height={good}
                  rx={1}
                />
              )}
              {bad > 0 && (
                <rect
                  class="in-hook-ko"
                  x={x(index) - thick / 2}
                  y={BARS_FLOOR - good - bad}
                  width={thick}
                  height={bad}
                  rx={1}
                />
              )}
            </g>
          );
        })}
        {runsOf(quarters).map((run) =>
          run.length === 1 ? (
            <circle
              key={run[0]}
              class="in-hook-slow-dot"
              cx={x(run[0] ?? 0)}
              cy={y(quarters[run[0] ?? 0]?.p95 ?? 0)}
              r={2}
            />
          ) : (
            <polyline
              key={run[0]}
              class="in-hook-slow"
              points={run.map((index) => `${x(index).toFixed(1)},${y(quarters[index]?.p95 ?? 0).toFixed(1)}`).join(" ")}
            />
          ),
        )}
        {ticks.map((index) => (
          <text
            key={index}
            class="in-plot-when"
            x={x(index)}
            y={PLOT - 8}
            text-anchor={
              index === 0
                ? mirrored
                  ? "end"
                  : "start"
                : index === ticks.at(-1)
                  ? mirrored
                    ? "start"
                    : "end"
                  : "middle"
            }
          >
            {index === quarters.length - 1 ? t("time_now") : isolate(formatTime(Date.parse(quarters[index]?.at ?? "")))}
          </text>
        ))}
      </svg>
      {shown && at !== null && (
        <div
          class={x(at) < width / 2 ? "in-plot-tip" : "in-plot-tip in-plot-before"}
          dir={directionOf(language.get())}
          style={{ left: `${x(at)}px` }}
        >
          <strong>{formatTime(Date.parse(shown.at))}</strong>
          <span>
            {t("hooks_tip_calls", { succeeded: formatNumber(shown.succeeded), failed: formatNumber(shown.failed) })}
          </span>
          {shown.p95 !== null && <span>{t("hooks_tip_p95", { value: formatTook(shown.p95) })}</span>}
        </div>
      )}
    </div>
  );
}

/** The figures of a day with its plot, or as a table. */
export function DayCard({ quarters, waiting }: { quarters: readonly Quarter[] | undefined; waiting: number }) {
  const [as, setAs] = useState<"plot" | "table">("plot");
  const totals = totalsOf(quarters ?? []);
  const figures = [
    { id: "succeeded", value: formatNumber(totals.succeeded), tone: "" },
    { id: "failed", value: formatNumber(totals.failed), tone: totals.failed > 0 ? "in-hook-bad" : "" },
    { id: "p95", value: totals.p95 === null ? "–" : formatTook(totals.p95), tone: "" },
    { id: "waiting", value: formatNumber(waiting), tone: "" },
  ] as const;
  const told = (quarters ?? []).filter((quarter) => quarter.succeeded + quarter.failed > 0).reverse();
  return (
    <section class="in-card" aria-label={t("hooks_day")}>
      <header class="in-card-head in-card-head-row">
        <h3>{t("hooks_day")}</h3>
        <Segmented
          label={t("hooks_day")}
          value={as}
          onChoose={setAs}
          choices={[
            { id: "plot", label: t("as_plot") },
            { id: "table", label: t("as_table") },
          ]}
        />
      </header>
      <dl class="in-hook-figures">
        {figures.map((figure) => (
          <div key={figure.id}>
            <dt>{t(`hooks_figure_${figure.id}`)}</dt>
            <dd class={figure.tone}>{figure.value}</dd>
          </div>
        ))}
      </dl>
      {as === "plot" ? (
        <div class="in-card-body">
          {!quarters ? (
            <div class="in-hook-plot-bones" />
          ) : told.length === 0 ? (
            <p class="in-hook-plot-none">{t("hooks_day_none")}</p>
          ) : (
            <DayPlot quarters={quarters} />
          )}
        </div>
      ) : told.length === 0 ? (
        <p class="in-card-body in-quiet">{t("hooks_day_none")}</p>
      ) : (
        <Table
          label={t("hooks_day")}
          class="in-days"
          head={
            <>
              <th>{t("time")}</th>
              <th class="in-number">{t("hooks_figure_succeeded")}</th>
              <th class="in-number">{t("hooks_figure_failed")}</th>
              <th class="in-number">{t("hooks_figure_p95")}</th>
            </>
          }
        >
          {told.map((quarter) => (
            <tr key={quarter.at}>
              <td>{formatTime(Date.parse(quarter.at))}</td>
              <td class="in-number">{formatNumber(quarter.succeeded)}</td>
              <td class="in-number">{formatNumber(quarter.failed)}</td>
              <td class="in-number">{quarter.p95 === null ? "–" : formatTook(quarter.p95)}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
