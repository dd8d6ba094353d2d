/** The inbox's words and the language's ways of writing dates and numbers. */
import {
  createT,
  directionOf,
  LANGUAGES,
  type Language,
  type MessageKey,
  pickLanguage,
  type Values,
} from "@halloo/core/i18n.ts";
import { sizeText } from "@halloo/core/size.ts";
import en from "../../../messages/en/inbox.json";
import { createStore, useStore } from "./data/store.ts";

export type Key = MessageKey<typeof en>;
type Table = Record<string, string>;

/** Every other language is a chunk of its own. */
const chunks = import.meta.glob<{ default: Table }>(["../../../messages/*/inbox.json", "!**/en/inbox.json"]);

/** The languages in their own words. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  es: "Español",
  "pt-BR": "Português (Brasil)",
  it: "Italiano",
  nl: "Nederlands",
  ja: "日本語",
  ar: "العربية",
  he: "עברית",
};

export { LANGUAGES, type Language };

/** The language that the inbox speaks now. */
export const language = createStore<Language>("en");

let speak = createT<typeof en>("en", en);
let formats = new Map<string, unknown>();

/** The words of a key, with its values filled in. */
export const t = (key: Key, values?: Values): string => speak(key, values);

/** Whether there are words for what a newer or older server may name. */
export const isKey = (key: string): key is Key => Object.hasOwn(en, key);

/** Makes the component speak anew when the language changes. */
export const useLanguage = (): Language => useStore(language);

/** Loads a language and switches to it; English stands in for what it lacks. */
export async function speakLanguage(wish: string | null | undefined): Promise<void> {
  const chosen = pickLanguage(wish, ...navigator.languages);
  const load = chunks[`../../../messages/${chosen}/inbox.json`];
  const table = load ? (await load().catch(() => ({ default: {} }))).default : {};
  speak = createT<typeof en>(chosen, { ...en, ...table });
  formats = new Map();
  document.documentElement.lang = chosen;
  document.documentElement.dir = directionOf(chosen);
  language.set(chosen);
}

function kept<T>(name: string, make: () => T): T {
  const known = formats.get(name) as T | undefined;
  if (known !== undefined) return known;
  const made = make();
  formats.set(name, made);
  return made;
}

/** Whether `Intl` takes it: some browsers name languages that are no tags. */
function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

/** The browser's own form of the language, so that `en` writes dates as in the reader's country. */
export const region = (): string =>
  navigator.languages.find((tag) => isTag(tag) && tag.split("-")[0] === language.get().split("-")[0]) ?? language.get();

const dateFormat = (name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  kept(name, () => new Intl.DateTimeFormat(region(), options));

export const formatTime = (at: number): string => dateFormat("time", { hour: "numeric", minute: "2-digit" }).format(at);

/** With seconds: what comes in quick succession is told apart. */
export const formatClockTime = (at: number): string => dateFormat("clock", { timeStyle: "medium" }).format(at);

export const formatDate = (at: number): string =>
  dateFormat("date", { day: "numeric", month: "short", year: "numeric" }).format(at);

/** A day that one may remember: “Tue 24 Nov”. */
export const formatWeekdayDate = (at: number): string =>
  dateFormat("weekdaydate", { weekday: "short", day: "numeric", month: "short" }).format(at);

export const formatMoment = (at: number): string =>
  dateFormat("moment", { dateStyle: "medium", timeStyle: "short" }).format(at);

export const formatNumber = (value: number): string =>
  kept("number", () => new Intl.NumberFormat(language.get())).format(value);

/** A running time: “0:42”, “12:05”, “1:02:40”. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const plain = kept("plain", () => new Intl.NumberFormat(language.get(), { useGrouping: false }));
  const two = kept("two", () => new Intl.NumberFormat(language.get(), { minimumIntegerDigits: 2 }));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const start = hours > 0 ? `${plain.format(hours)}:${two.format(minutes)}` : plain.format(minutes);
  return `${start}:${two.format(seconds % 60)}`;
}

/** A country's name in the language of the screen; its letters where they are none. */
export function countryName(code: string): string {
  try {
    return kept("countries", () => new Intl.DisplayNames(language.get(), { type: "region" })).of(code) ?? code;
  } catch {
    return code;
  }
}

/** A mean with one digit behind its point. */
export const formatAverage = (value: number): string =>
  kept(
    "average",
    () => new Intl.NumberFormat(language.get(), { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
  ).format(value);

/** A share between 0 and 1, in whole per cent. */
export const formatPercent = (share: number): string =>
  kept("percent", () => new Intl.NumberFormat(language.get(), { style: "percent" })).format(share);

/** How large something is: “240 kB”, “1.4 MB”. */
export const formatSize = (bytes: number): string => together(sizeText(language.get(), bytes));

export const formatList = (items: readonly string[]): string =>
  kept("list", () => new Intl.ListFormat(language.get(), { type: "conjunction" })).format(items);

const DAY = 86_400_000;

const dayNumber = (at: number): number => {
  const date = new Date(at);
  return Math.floor(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY);
};

/** “Today”, “Yesterday”, “Monday”, “3 March”. */
export function formatDay(at: number, now = Date.now()): string {
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0 || days === 1) {
    const words = kept("day", () => new Intl.RelativeTimeFormat(language.get(), { numeric: "auto" })).format(
      -days,
      "day",
    );
    return words.charAt(0).toLocaleUpperCase(language.get()) + words.slice(1);
  }
  if (days > 1 && days < 7) return dateFormat("weekday", { weekday: "long" }).format(at);
  const thisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return thisYear ? dateFormat("daymonth", { day: "numeric", month: "long" }).format(at) : formatDate(at);
}

/** The shortest telling way to write when something was: “now”, “4m”, “3h”, “Tue”, “3 Mar”. */
export function formatAgo(at: number, now = Date.now()): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return t("time_now");
  if (minutes < 60) return formatSpan(now - at);
  const days = dayNumber(now) - dayNumber(at);
  if (minutes < 24 * 60 && days < 2) return formatSpan(now - at);
  if (days < 7) return dateFormat("shortday", { weekday: "short" }).format(at);
  const thisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return thisYear ? dateFormat("shortdate", { day: "numeric", month: "short" }).format(at) : formatDate(at);
}

/** A length of time in its largest unit: “4m”, “3h”, “2d”. */
export const formatSpan = (ms: number): string => lasting(ms, "narrow");

/** A length of time in words, in its largest unit: “3 days”, “4 hours”, “20 seconds”. */
export const formatLasting = (ms: number): string => lasting(ms, "long");

function lasting(ms: number, unitDisplay: "narrow" | "long"): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const [value, unit] =
    minutes < 1
      ? [Math.max(0, Math.floor(ms / 1000)), "second"]
      : minutes < 60
        ? [minutes, "minute"]
        : minutes < 48 * 60
          ? [Math.floor(minutes / 60), "hour"]
          : [Math.floor(minutes / 1440), "day"];
  return kept(
    `${unitDisplay}-${unit}`,
    () => new Intl.NumberFormat(language.get(), { style: "unit", unit, unitDisplay }),
  ).format(value);
}

/** Where words run from the right, a number keeps its side of a Latin unit. */
const together = (text: string): string => (directionOf(language.get()) === "rtl" ? `\u2068${text}\u2069` : text);

/** How long something took: “4 ms”, “1.2 s”. */
export function formatTook(ms: number): string {
  const [value, unit] = ms < 1000 ? [ms, "millisecond"] : [ms / 1000, "second"];
  const digits = value < 10 ? 1 : 0;
  const format = kept(
    `took-${unit}-${digits}`,
    () =>
      new Intl.NumberFormat(language.get(), {
        style: "unit",
        unit,
        unitDisplay: "short",
        maximumFractionDigits: digits,
      }),
  );
  return together(format.format(value));
}
