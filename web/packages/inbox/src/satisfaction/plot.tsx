/** Satisfaction over time: the average of each day as a line, how many answered as bars below. Labelled where it is read. */
import { directionOf } from "@halloo/core/i18n.ts";
import { useState } from "preact/hooks";
import type { FeedbackDay } from "../data/types.ts";
import { formatAverage, formatDate, formatNumber, language, t } from "../i18n.ts";
import { useWidth } from "../shell/use.ts";
import { isolate } from "../thread/names.ts";
import { startOf } from "./range.ts";

const HEIGHT = 236;
const TOP = 16;
/** Where the averages end and the counts begin. */
const FLOOR = 150;
const BARS_TOP = 168;
const BARS_FLOOR = 210;
const START = 26;
const END = 40;
const MANY = 45;

/** The places of a plot; time runs as the language does. */
function placesOf(days: readonly FeedbackDay[], width: number) {
  const mirrored = directionOf(language.get()) === "rtl";
  const step = (width - START - END) / Math.max(1, days.length - 1);
  const x = (index: number) => {
    const at = START + (days.length === 1 ? (width - START - END) / 2 : index * step);
    return mirrored ? width - at : at;
  };
  const y = (stars: number) => FLOOR - ((stars - 1) / 4) * (FLOOR - TOP);
  const most = Math.max(1, ...days.map((day) => day.count));
  const bar = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * (BARS_FLOOR - BARS_TOP)));
  return { x, y, bar, step, mirrored };
}

export function Plot({ days }: { days: readonly FeedbackDay[] }) {
  const { box, width } = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const { x, y, bar, step, mirrored } = placesOf(days, width);
  const rated = days.flatMap((day, index) => (day.average === null ? [] : [{ index, average: day.average }]));
  const last = rated.at(-1);
  const line = rated.map(({ index, average }) => `${x(index).toFixed(1)},${y(average).toFixed(1)}`).join(" ");
  const follow = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const from = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const place = Math.round(((mirrored ? width - from : from) - START) / (step || 1));
    setAt(Math.max(0, Math.min(days.length - 1, place)));
  };
  const shown = at === null ? undefined : days[at];
  const thick = Math.max(2, Math.min(14, step * 0.6));
  const edge = (index: number) => (mirrored !== (index === 0) ? "start" : "end");
  return (
    <div ref={box} class="in-plot" dir="ltr">
      <svg
        width={width}
        height={HEIGHT}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label={t("plot_label")}
        onPointerMove={follow}
        onPointerLeave={() => setAt(null)}
      >
        {[1, 2, 3, 4, 5].map((stars) => (
          <g key={stars} class="in-plot-grid">
            <line x1={mirrored ? END : START} x2={width - (mirrored ? START : END)} y1={y(stars)} y2={y(stars)} />
            <text
              x={mirrored ? width - START + 8 : START - 8}
              y={y(stars) + 4}
              text-anchor={mirrored ? "start" : "end"}
            >
              {formatNumber(stars)}
            </text>
          </g>
        ))}
        {days.map((day, index) => (
          <rect
            key={day.day}
            class={at === index ? "in-plot-bar in-plot-on" : "in-plot-bar"}
            x={x(index) - thick / 2}
            y={BARS_FLOOR - bar(day.count)}
            width={thick}
            height={bar(day.count)}
            rx={Math.min(2, thick / 2)}
          />
        ))}
        {at !== null && <line class="in-plot-at" x1={x(at)} x2={x(at)} y1={TOP} y2={BARS_FLOOR} />}
        {rated.length > 1 && <polyline class="in-plot-line" points={line} />}
        {rated.map(({ index, average }) =>
          days.length <= MANY || index === at || index === last?.index ? (
            <circle
              key={index}
              class={index === last?.index || index === at ? "in-plot-dot in-plot-on" : "in-plot-dot"}
              cx={x(index)}
              cy={y(average)}
              r={index === last?.index || index === at ? 4 : 2.5}
            />
          ) : null,
        )}
        {last && (
          <text
            class="in-plot-last"
            x={x(last.index) + (mirrored ? -9 : 9)}
            y={y(last.average) + 4}
            text-anchor={mirrored ? "end" : "start"}
          >
            {formatAverage(last.average)}
          </text>
        )}
        {[0, days.length - 1].map((index) => (
          <text key={index} class="in-plot-when" x={x(index)} y={HEIGHT - 6} text-anchor={edge(index)}>
            {isolate(formatDate(startOf(days[index]?.day ?? "").getTime()))}
          </text>
        ))}
      </svg>
      {shown && at !== null && (
        <div
          class={x(at) < width / 2 ? "in-plot-tip" : "in-plot-tip in-plot-before"}
          dir={directionOf(language.get())}
          style={{ left: `${x(at)}px` }}
        >
          <strong>{formatDate(startOf(shown.day).getTime())}</strong>
          <span>
            {shown.average === null ? t("no_stars") : t("stars_average", { value: formatAverage(shown.average) })}
          </span>
          <span>{t("answers_count", { count: shown.count })}</span>
        </div>
      )}
    </div>
  );
}
