/** Whether anyone is there, honestly: never a promise that nobody measured. */
import type { State } from "../frame/engine.ts";
import { useAround } from "./hooks.ts";
import { clockTime, dayName, daysBetween } from "./time.ts";

export function Reply({ state }: { state: State }) {
  const { engine, t, language } = useAround();
  const { availability, config } = engine.record;
  const closed = availability?.open === false;
  if (state.team.available && !closed) {
    return (
      <span class="h-reply">
        <i class="h-online-dot" /> {t("team_here")}
      </span>
    );
  }
  if (closed && config.v1.business_hours.away_text) {
    return (
      <span class="h-reply" dir="auto">
        {config.v1.business_hours.away_text}
      </span>
    );
  }
  if (closed && availability.changes_at) {
    const at = Date.parse(availability.changes_at);
    const time = clockTime(language, at);
    const day = daysBetween(Date.now(), at) === 0 ? "" : `${dayName(language, at, Date.now())} `;
    return <span class="h-reply">{t("back_at", { time: day + time })}</span>;
  }
  return <span class="h-reply">{t("team_away")}</span>;
}
