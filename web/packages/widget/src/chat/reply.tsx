/** Whether anyone is there and how soon they answer, honestly: never a promise that nobody measured. */
import type { MessageKey } from "@halloo/core";
import type { State } from "../frame/engine.ts";
import { type Messages, useAround } from "./hooks.ts";
import { moment } from "./time.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The usual wait as people say it, never shorter than it is: to the minute, to five minutes, to the hour, to the day. */
export function replyWords(ms: number): { key: MessageKey<Messages>; count: number } {
  const minutes = Math.ceil(ms / MINUTE);
  if (minutes <= 1) return { key: "reply_minute", count: 1 };
  if (minutes <= 10) return { key: "reply_minutes", count: minutes };
  if (minutes <= 55) return { key: "reply_minutes", count: Math.ceil(minutes / 5) * 5 };
  if (ms <= 22 * HOUR) return { key: "reply_hours", count: Math.ceil(ms / HOUR) };
  return { key: "reply_days", count: Math.ceil(ms / DAY) };
}

export function Reply({ state }: { state: State }) {
  const { engine, t, language } = useAround();
  const { availability, team } = state;
  const { away_text: text } = engine.record.config.v1.business_hours;
  if (!availability.open) {
    if (availability.changes_at === null && text) {
      return (
        <span class="h-reply" dir="auto">
          <span class="h-one-line">{text}</span>
        </span>
      );
    }
    const back = availability.changes_at && moment(language, Date.parse(availability.changes_at), Date.now());
    return <span class="h-reply">{back ? t("back_at", { time: back }) : t("team_away")}</span>;
  }
  const words = team.reply_ms === null ? null : replyWords(team.reply_ms);
  const usual = words && t(words.key, { count: words.count });
  return (
    <span class="h-reply">
      {team.available && <i class="h-online-dot" />} {usual ?? t(team.available ? "team_here" : "team_away")}
    </span>
  );
}

/** Outside business hours: when there is somebody again, under the greeting. */
export function AwayNote({ state }: { state: State }) {
  const { engine, t, language } = useAround();
  const { availability } = state;
  if (availability.open) return null;
  const { away_text: own } = engine.record.config.v1.business_hours;
  const at = availability.changes_at;
  const text = own || (at ? t("away_until", { time: moment(language, Date.parse(at), Date.now()) }) : t("away_text"));
  return (
    <li class="h-system h-away" dir="auto">
      {text}
    </li>
  );
}
