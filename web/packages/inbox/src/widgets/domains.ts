/** The allowed domains as one types them: what each entry becomes, why it does not, and what is worth knowing about it. */
import { normaliseOrigin, type OriginError } from "@halloo/core/origins.ts";

export const DOMAIN_WARNINGS = ["domain_http", "domain_ipv4", "inexpressible_origin", "localhost"] as const;
export type DomainWarning = (typeof DOMAIN_WARNINGS)[number];

export interface Entry {
  readonly typed: string;
  readonly origin: string | null;
  readonly error: OriginError | "known" | null;
  /** The `http://` form of a bare localhost, which is what its owner means. */
  readonly offer: string | null;
}

export const MOST_DOMAINS = 100;

const hostOf = (origin: string): string => origin.replace(/^https?:\/\//, "").replace(/:\d+$/, "");

const isLocal = (host: string): boolean => host === "localhost" || host.endsWith(".localhost");

/** What is worth knowing about an accepted origin. */
export function warningsOf(origin: string): DomainWarning[] {
  const host = hostOf(origin);
  const found: DomainWarning[] = [];
  if (isLocal(host)) found.push("localhost");
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) found.push("domain_ipv4");
  if (host.includes("_")) found.push("inexpressible_origin");
  if (origin.startsWith("http://") && !isLocal(host)) found.push("domain_http");
  return found;
}

/** Reads one entry. */
export function readEntry(typed: string, known: readonly string[]): Entry {
  const { origin, error } = normaliseOrigin(typed);
  if (origin === null) return { typed, origin, error, offer: null };
  const bare = !/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(typed.trim());
  const offered = bare && isLocal(hostOf(origin)) ? normaliseOrigin(`http://${typed.trim()}`).origin : null;
  return {
    typed,
    origin,
    error: known.includes(origin) ? "known" : null,
    offer: offered !== null && !known.includes(offered) ? offered : null,
  };
}

/** Cuts a pasted list into entries: lines, commas, semicolons and spaces part them. */
export const splitEntries = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

/** Reads everything that was typed; an entry that repeats an earlier one is known. */
export function readEntries(text: string, known: readonly string[]): Entry[] {
  const made: Entry[] = [];
  for (const typed of splitEntries(text)) {
    const before = [...known, ...made.flatMap((entry) => (entry.origin === null ? [] : [entry.origin]))];
    made.push(readEntry(typed, before));
  }
  return made;
}
