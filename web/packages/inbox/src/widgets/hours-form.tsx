import { Button, Calendar, Chip, IconButton, Popover, Segmented, Select, Switch, TextArea } from "@halloo/ui";
import { Copy, Plus, Trash } from "lucide-preact";
import { useRef, useState } from "preact/hooks";
import { formatDate, formatTime, language, region, t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import { DAYS, type Day, type Hours } from "./config.ts";
import type { FormProps } from "./sections.tsx";

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const TIMES: readonly string[] = Array.from({ length: 48 }, (_, index) => clock(index * 30));
const CLOSES: readonly string[] = [...TIMES, "24:00"];
const MOST_SPANS = 3;
const WORKING: readonly Day[] = ["mon", "tue", "wed", "thu", "fri"];

/** A time as the language writes it; midnight at the end of a day stays 24:00. */
function timeName(time: string): string {
  if (time === "24:00") return time;
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return formatTime(new Date(2026, 0, 1, hours, minutes).getTime());
}

/** 5 January 2026 was a Monday. */
const dayName = (day: Day): string =>
  new Intl.DateTimeFormat(language.get(), { weekday: "long" }).format(new Date(2026, 0, 5 + DAYS.indexOf(day)));

const zones = (): string[] => {
  const known = Intl.supportedValuesOf("timeZone");
  return known.includes("UTC") ? known : ["UTC", ...known];
};

const withTime = (times: readonly string[], time: string): string[] =>
  times.includes(time) ? [...times] : [...times, time].sort();

export function BusinessHours({ values, set, error }: FormProps) {
  const on = values["business_hours.enabled"];
  const spans = values["business_hours.days"];
  const put = (next: readonly Hours[]) =>
    set(
      "business_hours.days",
      [...next].sort((a, b) => DAYS.indexOf(a.day) - DAYS.indexOf(b.day) || (a.open < b.open ? -1 : 1)),
    );
  const enable = (wanted: boolean) => {
    set("business_hours.enabled", wanted);
    if (wanted && spans.length === 0) {
      put(WORKING.map((day) => ({ day, open: "09:00", close: "17:00" })));
      set("business_hours.timezone", Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC");
    }
  };
  return (
    <>
      <Card>
        <Switch label={t("hours_enabled")} hint={t("hours_enabled_hint")} checked={on} onChecked={enable} />
        {on && (
          <Select
            label={t("timezone")}
            search={t("find_timezone")}
            empty={t("nothing_found")}
            value={values["business_hours.timezone"]}
            options={zones().map((id) => ({ id, label: id.replaceAll("_", " ") }))}
            onValue={(id) => set("business_hours.timezone", id)}
            error={error("business_hours.timezone")}
          />
        )}
      </Card>
      {on && (
        <>
          <Card title={t("opening_hours")}>
            <ul class="in-hours">
              {DAYS.map((day) => (
                <DayRow key={day} day={day} all={spans} put={put} />
              ))}
            </ul>
          </Card>
          <Holidays days={values["business_hours.holidays"]} put={(days) => set("business_hours.holidays", days)} />
          <Card title={t("when_closed")}>
            <TextArea
              label={t("away_text")}
              hint={t("away_text_hint")}
              value={values["business_hours.away_text"]}
              maxLength={280}
              rows={[2, 6]}
              onValue={(text) => set("business_hours.away_text", text)}
              error={error("business_hours.away_text")}
            />
            <Segmented
              label={t("when_closed")}
              value={values["business_hours.when_closed"]}
              onChoose={(id) => set("business_hours.when_closed", id)}
              choices={[
                { id: "accept", label: t("closed_accept") },
                { id: "hide_launcher", label: t("closed_hide") },
              ]}
            />
          </Card>
        </>
      )}
    </>
  );
}

function DayRow({ day, all, put }: { day: Day; all: readonly Hours[]; put: (next: readonly Hours[]) => void }) {
  const mine = all.filter((span) => span.day === day);
  const others = all.filter((span) => span.day !== day);
  const name = dayName(day);
  const change = (index: number, fields: Partial<Hours>) =>
    put([...others, ...mine.map((span, at) => (at === index ? { ...span, ...fields } : span))]);
  const add = () => {
    const last = mine.at(-1);
    put([
      ...all,
      last
        ? { day, open: last.close < "23:00" ? last.close : "22:00", close: "23:30" }
        : { day, open: "09:00", close: "17:00" },
    ]);
  };
  const copy = () =>
    put([
      ...all.filter((span) => !WORKING.includes(span.day)),
      ...WORKING.flatMap((one) => mine.map((span) => ({ ...span, day: one }))),
    ]);
  return (
    <li class="in-hours-day">
      <Switch label={name} checked={mine.length > 0} onChecked={(on) => (on ? add() : put(others))} />
      <div class="in-hours-spans">
        {mine.length === 0 && <span class="in-soft">{t("closed")}</span>}
        {mine.map((span, index) => (
          <div key={index} class="in-hours-span">
            <Select
              label={t("opens", { day: name })}
              quiet
              value={span.open}
              options={withTime(TIMES, span.open).map((id) => ({ id, label: timeName(id) }))}
              onValue={(open) => change(index, { open })}
            />
            <span aria-hidden="true">–</span>
            <Select
              label={t("closes", { day: name })}
              quiet
              value={span.close}
              error={span.close === span.open ? t("same_time") : undefined}
              options={withTime(CLOSES, span.close).map((id) => ({ id, label: timeName(id) }))}
              onValue={(close) => change(index, { close })}
            />
            {mine.length > 1 && (
              <IconButton
                size="small"
                label={t("remove_hours", { day: name })}
                icon={<Trash size={16} />}
                onClick={() => put([...others, ...mine.filter((_, at) => at !== index)])}
              />
            )}
          </div>
        ))}
      </div>
      <span class="in-hours-actions">
        {mine.length > 0 && mine.length < MOST_SPANS && (
          <IconButton size="small" label={t("add_hours", { day: name })} icon={<Plus size={16} />} onClick={add} />
        )}
        {mine.length > 0 && (
          <IconButton size="small" label={t("copy_to_weekdays")} icon={<Copy size={16} />} onClick={copy} />
        )}
      </span>
    </li>
  );
}

function Holidays({ days, put }: { days: readonly string[]; put: (days: readonly string[]) => void }) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const add = (date: Date) => {
    const day = `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
    put([...new Set([...days, day])].sort());
    setOpen(false);
  };
  return (
    <Card title={t("holidays")} text={t("holidays_text")}>
      <div class="in-tags">
        {days.map((day) => (
          <Chip
            key={day}
            removeLabel={t("remove_named", { name: day })}
            onRemove={() => put(days.filter((one) => one !== day))}
          >
            {formatDate(Date.parse(`${day}T12:00:00`))}
          </Chip>
        ))}
        <Button
          ref={anchor}
          size="small"
          icon={<Plus size={16} />}
          disabled={days.length >= 60}
          aria-haspopup="dialog"
          aria-expanded={open ? "true" : "false"}
          onClick={() => setOpen(!open)}
        >
          {t("add_day")}
        </Button>
        <Popover
          open={open}
          onClose={() => setOpen(false)}
          anchor={anchor}
          label={t("holidays")}
          class="in-pop-calendar"
        >
          <Calendar
            value={new Date()}
            from={new Date()}
            locale={region()}
            onDay={add}
            words={{ earlier: t("earlier_month"), later: t("later_month") }}
          />
        </Popover>
      </div>
    </Card>
  );
}
