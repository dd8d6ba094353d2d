/** A line of the audit log in words. */
import type { AuditEntry } from "../data/types.ts";
import { formatList, isKey, type Key, t } from "../i18n.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** They say what they are. */
const PLAIN: ReadonlySet<string> = new Set(["name", "email", "url", "reason"]);

/** What the details are called elsewhere on these screens. */
const LABELS: Readonly<Record<string, Key>> = { events: "hooks_events" };

/** What was done; the server's own code where a newer one knows more than this page. */
export function actionWords(action: string): string {
  const key = `done_${action.replaceAll(".", "_")}`;
  return isKey(key) ? t(key) : action;
}

/** Lists as they are, and what a change did to them. */
function listed(value: unknown): string | null {
  const isList = (one: unknown): one is string[] => Array.isArray(one) && one.every((name) => typeof name === "string");
  if (isList(value)) return value.length === 0 ? "" : formatList(value);
  const { before, after, added, removed } = (value ?? {}) as Record<string, unknown>;
  const [gone, come] = isList(before) && isList(after) ? [less(before, after), less(after, before)] : [removed, added];
  if (!isList(gone) || !isList(come)) return null;
  return [...come.map((name) => `+ ${name}`), ...gone.map((name) => `− ${name}`)].join(", ");
}

const less = (some: readonly string[], others: readonly string[]): string[] =>
  some.filter((one) => !others.includes(one));

function off(key: string): string {
  if (key === "active") return t("inactive");
  return key === "published" ? `${t("published")}: ${t("no")}` : "";
}

/** A text of the details; null: it needs its name before it. */
function plain(key: string, value: string): string | null {
  // An id tells a person nothing.
  if (UUID.test(value)) return "";
  const role = `role_${value}`;
  if (key === "role" && isKey(role)) return `${t("role")}: ${t(role)}`;
  return PLAIN.has(key) ? value : null;
}

function detail(key: string, value: unknown): string {
  // That the configuration changed is said already.
  if (value === null || value === "" || key === "config") return "";
  if (value === false) return off(key);
  const words = typeof value === "string" ? plain(key, value) : null;
  if (words !== null) return words;
  const list = listed(value);
  if (key === "domains" && list !== null) return list;
  if (key === "everything") return t("everything");
  const label = LABELS[key] ?? key;
  const name = isKey(label) ? t(label) : label;
  if (value === true) return `${name}: ${t("yes")}`;
  return list === "" ? "" : `${name}: ${list ?? (typeof value === "string" ? value : JSON.stringify(value))}`;
}

/** What it was about: a name where there is one, and what is known of it; a bare id only where nothing else tells. */
export function subjectWords(entry: Pick<AuditEntry, "subject" | "details">, who: (id: string) => string): string {
  const details = Object.entries(entry.details).map(([key, value]) => detail(key, value));
  const name = who(entry.subject);
  const told = details.filter(Boolean).join(" · ");
  return [UUID.test(name) && told !== "" ? "" : name, told].filter(Boolean).join(" · ");
}
