/** Sixty minutes as small bars, labelled where they are read; time runs as the language does. */
import { formatNumber, t } from "../i18n.ts";

const WIDTH = 300;
const HEIGHT = 56;
const GAP = 1.5;
const BASE = 1.5;

export function Spark({ name, about, values }: { name: string; about: string; values: readonly number[] }) {
  const total = values.reduce((sum, value) => sum + value, 0);
  const most = Math.max(0, ...values);
  const step = WIDTH / values.length;
  const label = t("status_plot_label", { name, total: formatNumber(total), most: formatNumber(most) });
  return (
    <figure class="in-spark">
      <figcaption>
        <strong>{name}</strong>
        <span>{about}</span>
        <b>{formatNumber(total)}</b>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {values.map((value, minute) => {
          const height = value === 0 ? BASE : Math.max(4, (value / most) * HEIGHT);
          return (
            <rect
              key={minute}
              class={value === 0 ? "in-spark-none" : minute === values.length - 1 ? "in-spark-now" : undefined}
              x={minute * step + GAP / 2}
              y={HEIGHT - height}
              width={step - GAP}
              height={height}
              rx={1}
            />
          );
        })}
      </svg>
      <div class="in-spark-ends" aria-hidden="true">
        <span>{t("status_hour_ago")}</span>
        {most > 0 && <span>{t("status_most", { value: formatNumber(most) })}</span>}
        <span>{t("time_now")}</span>
      </div>
    </figure>
  );
}
