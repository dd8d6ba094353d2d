/** The days of a report, as the address names them and as the server wants them. */
import { queryString } from "../data/api.ts";
import type { FeedbackDay } from "../data/types.ts";

export const SPANS = [7, 30, 90] as const;
export type Span = (typeof SPANS)[number];

/** The last days, or days from one to another, both included, as `2026-11-28`. */
export type Range =
  | { readonly kind: "last"; readonly days: Span }
  | { readonly kind: "custom"; readonly from: string; readonly to: string };

export interface FeedbackFilter {
  readonly range: Range;
  readonly widget: string | null;
  readonly operator: string | null;
}

export const USUAL: FeedbackFilter = { range: { kind: "last", days: 30 }, widget: null, operator: null };

export const MOST_DAYS = 366;

const two = (number: number): string => String(number).padStart(2, "0");

/** A day in the reader's own time zone. */
export const dayOf = (date: Date): string => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/** The first moment of a day, in the reader's own time zone. */
export function startOf(day: string, later = 0): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later);
}

const isDay = (text: string | null): text is string =>
  text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && dayOf(startOf(text)) === text;

/** First and last day of a range. */
export function daysOf(range: Range, now = new Date()): { from: string; to: string } {
  if (range.kind === "custom") return { from: range.from, to: range.to };
  const to = dayOf(now);
  return { from: dayOf(startOf(to, 1 - range.days)), to };
}

/** Every day of a range, those without feedback too. */
export function fullDays(days: readonly FeedbackDay[], from: string, to: string): FeedbackDay[] {
  const known = new Map(days.map((day) => [day.day.slice(0, 10), day]));
  const all: FeedbackDay[] = [];
  for (let at = from; at <= to && all.length < MOST_DAYS; at = dayOf(startOf(at, 1)))
    all.push(known.get(at) ?? { day: at, count: 0, average: null });
  return all;
}

/** Two days in their order, at most a year apart. */
export function customRange(one: string, other: string): Range {
  const [from, to] = one <= other ? [one, other] : [other, one];
  const earliest = dayOf(startOf(to, 1 - MOST_DAYS));
  return { kind: "custom", from: from < earliest ? earliest : from, to };
}

/** Reads the query of the address. */
export function readFilter(search: URLSearchParams): FeedbackFilter {
  const [from, to] = [search.get("from"), search.get("to")];
  const days = SPANS.find((span) => String(span) === search.get("days"));
  return {
    range: isDay(from) && isDay(to) ? customRange(from, to) : { kind: "last", days: days ?? 30 },
    widget: search.get("widget") || null,
    operator: search.get("operator") || null,
  };
}

/** Writes the query of the address; what is usual is left out. */
export function writeFilter({ range, widget, operator }: FeedbackFilter): string {
  const days =
    range.kind === "last" ? { days: range.days === 30 ? null : range.days } : { from: range.from, to: range.to };
  return queryString({ ...days, widget, operator });
}

/** The filter as the server's query has it. */
export function filterQuery(
  { range, widget, operator }: FeedbackFilter,
  now = new Date(),
): Record<string, string | null> {
  const { from, to } = daysOf(range, now);
  return {
    since: startOf(from).toISOString(),
    until: startOf(to, 1).toISOString(),
    widget_id: widget,
    operator_id: operator,
  };
}
