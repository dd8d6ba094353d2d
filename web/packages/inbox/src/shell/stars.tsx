import { Star } from "lucide-preact";
import { formatNumber, t } from "../i18n.ts";

const FIVE = [1, 2, 3, 4, 5] as const;

/** One to five stars; what is not given stays an outline. */
export function Stars({ value, size = 16 }: { value: number; size?: number }) {
  return (
    <span class="in-stars" role="img" aria-label={t("stars_of_five", { value: formatNumber(value) })}>
      {FIVE.map((star) => (
        <Star key={star} size={size} class={star <= Math.round(value) ? "in-star in-star-on" : "in-star"} />
      ))}
    </span>
  );
}
