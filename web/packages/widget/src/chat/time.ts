/** Times as people say them, in the reader's language. */

const DAY_MS = 86_400_000;

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Whole days between two moments, by the calendar. */
export const daysBetween = (earlier: number, later: number): number =>
  Math.round((startOfDay(later) - startOfDay(earlier)) / DAY_MS);

export const clockTime = (language: string, at: number): string =>
  new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" }).format(at);

const upper = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

/** "Today", "Yesterday", a weekday within a week, else the date. */
export function dayName(language: string, at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days < 2) return upper(new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-days, "day"));
  if (days < 7) return upper(new Intl.DateTimeFormat(language, { weekday: "long" }).format(at));
  const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? {} : ({ year: "numeric" } as const);
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "long", ...year }).format(at);
}

/** A moment to come within a sentence: the time today, "tomorrow" and the time, a weekday and the time, else the date. */
export function moment(language: string, at: number, now: number): string {
  const days = daysBetween(now, at);
  if (days === 0) return clockTime(language, at);
  if (days === 1) {
    const tomorrow = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(1, "day");
    return `${tomorrow} ${clockTime(language, at)}`;
  }
  const day = days < 7 ? ({ weekday: "long" } as const) : ({ day: "numeric", month: "long" } as const);
  return new Intl.DateTimeFormat(language, { ...day, hour: "numeric", minute: "2-digit" }).format(at);
}

/** As short as a list wants it: the time today, else the day. */
export function shortTime(language: string, at: number, now: number): string {
  if (daysBetween(at, now) === 0) return clockTime(language, at);
  return daysBetween(at, now) < 7
    ? new Intl.DateTimeFormat(language, { weekday: "short" }).format(at)
    : new Intl.DateTimeFormat(language, { day: "numeric", month: "short" }).format(at);
}
