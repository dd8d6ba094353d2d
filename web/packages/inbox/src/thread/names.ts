import type { ContactView, ConversationRow, VisitorView } from "../data/types.ts";
import { t } from "../i18n.ts";

/** A contact's name as screens show it: what is known best, else “Visitor” with the end of an id. */
export function contactName(contact: Pick<ContactView, "id" | "name" | "email">): string {
  return contact.name ?? contact.email ?? t("visitor_named", { id: contact.id.slice(-4).toUpperCase() });
}

export const visitorName = (row: Pick<ConversationRow, "contact" | "visitor">): string =>
  row.contact.name ??
  row.visitor.name ??
  contactName({ ...row.contact, email: row.contact.email ?? row.visitor.email });

/** The name of a visitor where one is known, else nothing: for faces. */
export const knownName = (row: Pick<ConversationRow, "contact" | "visitor">): string =>
  row.contact.name ?? row.visitor.name ?? row.contact.email ?? row.visitor.email ?? "";

/** A name inside of a sentence of the other direction keeps its own. */
export const isolate = (name: string): string => `\u2068${name}\u2069`;

/** The browser's language in words: “German (Austria)”. */
export function localeName(locale: string, speak: string): string {
  try {
    return new Intl.DisplayNames(speak, { type: "language" }).of(locale) ?? locale;
  } catch {
    return locale;
  }
}

/** The visitor's local time, where the time zone is known. */
export function localTime(visitor: VisitorView, speak: string, now: number): string | null {
  if (!visitor.timezone) return null;
  try {
    return new Intl.DateTimeFormat(speak, { hour: "numeric", minute: "2-digit", timeZone: visitor.timezone }).format(
      now,
    );
  } catch {
    return null;
  }
}

/** An address as people read it: host and path. */
export function shortUrl(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return pathname === "/" ? host : `${host}${decodeURI(pathname)}`;
  } catch {
    return url;
  }
}

/** Only web addresses become links. */
export const safeUrl = (url: string): string | undefined => (/^https?:\/\//i.test(url) ? url : undefined);
