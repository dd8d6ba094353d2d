/**
 * The list of live visitors as pure functions: news into the map, the map into rows. Visitors are never changed but replaced, so that
 * a row whose visitor is the same object need not be drawn again.
 */
import { fold } from "@halloo/ui";
import type { LiveVisitor } from "../data/types.ts";
import { countryName } from "../i18n.ts";
import type { News } from "../live/watch.ts";

export type All = ReadonlyMap<string, LiveVisitor>;

export const SORTS = ["newest", "longest", "name"] as const;
export type Sort = (typeof SORTS)[number];

/** What the list is to show. */
export interface Wish {
  readonly text: string;
  readonly country: string | null;
  readonly page: string | null;
  readonly sort: Sort;
}

export const EVERYBODY: Wish = { text: "", country: null, page: null, sort: "newest" };

export const isFiltered = (wish: Wish): boolean =>
  wish.text.trim() !== "" || wish.country !== null || wish.page !== null;

/** The map with the news in it. */
export function applyNews(all: All, { set, gone }: News): All {
  if (set.length === 0 && !gone.some((id) => all.has(id))) return all;
  const next = new Map(all);
  for (const one of set) next.set(one.visitor_id, one);
  for (const id of gone) next.delete(id);
  return next;
}

/** A fresh list in place of the map; whoever is the same stays the same object. */
export function replaceAll(all: All, fresh: readonly LiveVisitor[]): All {
  return new Map(
    fresh.map((one) => {
      const before = all.get(one.visitor_id);
      const same = before === one || (before && JSON.stringify(before) === JSON.stringify(one));
      return [one.visitor_id, before && same ? before : one];
    }),
  );
}

/** Host and path of a page: what visitors are told apart by when a page is chosen. */
export function placeOf(visitor: LiveVisitor): string | null {
  const url = visitor.page?.url;
  if (url === undefined) return null;
  try {
    const { host, pathname } = new URL(url);
    return `${host}${pathname}`;
  } catch {
    return null;
  }
}

const haystacks = new WeakMap<LiveVisitor, string>();

function haystackOf(visitor: LiveVisitor): string {
  const known = haystacks.get(visitor);
  if (known !== undefined) return known;
  const { name, page, source, city, country, device } = visitor;
  const words = [
    name,
    page?.title,
    page?.url,
    source,
    city,
    country && countryName(country),
    device.browser,
    device.os,
  ];
  const made = fold(words.filter(Boolean).join(" "));
  haystacks.set(visitor, made);
  return made;
}

/** Those whom the list is to show, in no order. */
export function matching(all: All, wish: Wish): LiveVisitor[] {
  const words = fold(wish.text).split(/\s+/).filter(Boolean);
  const found: LiveVisitor[] = [];
  for (const one of all.values()) {
    if (wish.country !== null && one.country !== wish.country) continue;
    if (wish.page !== null && placeOf(one) !== wish.page) continue;
    if (words.length > 0) {
      const text = haystackOf(one);
      if (!words.every((word) => text.includes(word))) continue;
    }
    found.push(one);
  }
  return found;
}

const names = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

const byAge = (a: LiveVisitor, b: LiveVisitor): number =>
  a.since === b.since ? (a.visitor_id < b.visitor_id ? -1 : 1) : a.since < b.since ? -1 : 1;

/** The order of the list; who has no name comes last by name. */
export function compare(sort: Sort): (a: LiveVisitor, b: LiveVisitor) => number {
  if (sort === "longest") return byAge;
  if (sort === "newest") return (a, b) => byAge(b, a);
  return (a, b) => {
    if (a.name === null || b.name === null) return a.name === b.name ? byAge(b, a) : a.name === null ? 1 : -1;
    return names.compare(a.name, b.name) || byAge(b, a);
  };
}

export interface Row {
  readonly visitor: LiveVisitor;
  /** Went away while the rows stood still. */
  readonly gone: boolean;
}

export interface Rows {
  readonly rows: readonly Row[];
  /** How many have come who are not among the rows yet. */
  readonly fresh: number;
}

/** The rows in their order. */
export function arrange(all: All, wish: Wish): Rows {
  const rows = matching(all, wish)
    .sort(compare(wish.sort))
    .map((visitor) => ({ visitor, gone: false }));
  return { rows, fresh: 0 };
}

/** The rows as they stood: each where it was with what is known now, nobody added, nobody taken out. */
export function standStill(before: Rows, all: All, wish: Wish): Rows {
  let changed = false;
  const known = new Set<string>();
  const rows = before.rows.map((row) => {
    const { visitor_id } = row.visitor;
    known.add(visitor_id);
    const now = all.get(visitor_id);
    if (now === row.visitor && !row.gone) return row;
    if (!now && row.gone) return row;
    changed = true;
    return now ? { visitor: now, gone: false } : { visitor: row.visitor, gone: true };
  });
  const fresh = matching(all, wish).reduce((count, one) => count + (known.has(one.visitor_id) ? 0 : 1), 0);
  return changed || fresh !== before.fresh ? { rows: changed ? rows : before.rows, fresh } : before;
}

export interface Tally {
  readonly id: string;
  readonly count: number;
}

/** What visitors have in common, the most frequent first. */
export function tally(all: All, of: (visitor: LiveVisitor) => string | null | undefined, most: number): Tally[] {
  const counts = new Map<string, number>();
  for (const one of all.values()) {
    const id = of(one);
    if (id) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts]
    .map(([id, count]) => ({ id, count }))
    .sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1))
    .slice(0, most);
}

/** A flag made of a country's two letters. */
export const flagOf = (code: string): string =>
  /^[A-Z]{2}$/.test(code) ? String.fromCodePoint(...[...code].map((letter) => 0x1f1a5 + letter.charCodeAt(0))) : "";
