import { ChevronLeft, ChevronRight } from "lucide-preact";
import { useRef, useState } from "preact/hooks";
import { IconButton } from "./button.tsx";
import { cx } from "./dom.ts";

export interface CalendarProps {
  value: Date;
  /** The first day that may be chosen. */
  from: Date;
  locale: string;
  onDay: (day: Date) => void;
  words: { earlier: string; later: string };
}

const dayKey = (date: Date): number => date.getFullYear() * 10000 + date.getMonth() * 100 + date.getDate();

const addDays = (date: Date, days: number): Date =>
  new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);

/** The first day of the week in a language: 0 is Sunday. */
function weekStart(locale: string): number {
  const info = new Intl.Locale(locale) as Intl.Locale & {
    getWeekInfo?: () => { firstDay: number };
    weekInfo?: { firstDay: number };
  };
  return (info.getWeekInfo?.().firstDay ?? info.weekInfo?.firstDay ?? 1) % 7;
}

/** A month to choose a day from. Arrow keys move by day and week, Page Up and Page Down by month. */
export function Calendar({ value, from, locale, onDay, words }: CalendarProps) {
  const [at, setAt] = useState(value);
  const grid = useRef<HTMLDivElement>(null);
  const first = new Date(at.getFullYear(), at.getMonth(), 1);
  const start = addDays(first, -((first.getDay() - weekStart(locale) + 7) % 7));
  const days = Array.from({ length: 42 }, (_, index) => addDays(start, index));
  const title = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" }).format(at);
  const weekday = new Intl.DateTimeFormat(locale, { weekday: "narrow" });
  const whole = new Intl.DateTimeFormat(locale, { dateStyle: "full" });
  const go = (date: Date) => {
    const day = dayKey(date) < dayKey(from) ? from : date;
    setAt(day);
    requestAnimationFrame(() => grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const side = getComputedStyle(document.documentElement).direction === "rtl" ? -1 : 1;
    const moves: Record<string, number> = { ArrowLeft: -side, ArrowRight: side, ArrowUp: -7, ArrowDown: 7 };
    const move = moves[event.key];
    if (move !== undefined) go(addDays(at, move));
    else if (event.key === "PageUp") go(new Date(at.getFullYear(), at.getMonth() - 1, at.getDate()));
    else if (event.key === "PageDown") go(new Date(at.getFullYear(), at.getMonth() + 1, at.getDate()));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="ui-calendar">
      <div class="ui-calendar-head">
        <strong aria-live="polite">{title}</strong>
        <IconButton
          label={words.earlier}
          size="small"
          icon={<ChevronLeft size={16} class="ui-mirror" />}
          onClick={() => setAt(new Date(at.getFullYear(), at.getMonth() - 1, 1))}
        />
        <IconButton
          label={words.later}
          size="small"
          icon={<ChevronRight size={16} class="ui-mirror" />}
          onClick={() => setAt(new Date(at.getFullYear(), at.getMonth() + 1, 1))}
        />
      </div>
      <div class="ui-calendar-week" aria-hidden="true">
        {days.slice(0, 7).map((day) => (
          <span key={day.getDay()}>{weekday.format(day)}</span>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the day buttons inside */}
      <div ref={grid} class="ui-calendar-days" onKeyDown={onKeyDown}>
        {days.map((day) => (
          <button
            key={dayKey(day)}
            type="button"
            tabIndex={dayKey(day) === dayKey(at) ? 0 : -1}
            disabled={dayKey(day) < dayKey(from)}
            aria-label={whole.format(day)}
            aria-pressed={dayKey(day) === dayKey(value) ? "true" : "false"}
            class={cx(
              day.getMonth() !== at.getMonth() && "ui-other-month",
              dayKey(day) === dayKey(new Date()) && "ui-today",
            )}
            onClick={() => {
              setAt(day);
              onDay(day);
            }}
          >
            {day.getDate()}
          </button>
        ))}
      </div>
    </div>
  );
}
