/** A line of the audit log in words. */
import type { AuditEntry } from "../data/types.ts";
import { formatList, isKey, t } from "../i18n.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** They say what they are. */
const PLAIN: ReadonlySet<string> = new Set(["name", "email", "url", "reason"]);

/** What was done; the server's own code where a newer one knows more than this page. */
export function actionWords(action: string): string {
  const key = `done_${action.replaceAll(".", "_")}`;
  return isKey(key) ? t(key) : action;
}

function detail(key: string, value: unknown): string {
  if (value === null || value === "") return "";
  if (typeof value === "string") {
    // An id tells a person nothing.
    if (UUID.test(value)) return "";
    if (PLAIN.has(key)) return value;
    const role = `role_${value}`;
    if (key === "role" && isKey(role)) return `${t("role")}: ${t(role)}`;
  }
  if (key === "active" && value === false) return t("inactive");
  if (key === "published") return `${t("published")}: ${t(value === true ? "yes" : "no")}`;
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) {
    return value.length === 0 ? "" : `${key}: ${formatList(value)}`;
  }
  return `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`;
}

/** What it was about: a name where there is one, and what is known of it; a bare id only where nothing else tells. */
export function subjectWords(entry: Pick<AuditEntry, "subject" | "details">, who: (id: string) => string): string {
  const details = Object.entries(entry.details).map(([key, value]) => detail(key, value));
  const name = who(entry.subject);
  const told = details.filter(Boolean).join(" · ");
  return [UUID.test(name) && told !== "" ? "" : name, told].filter(Boolean).join(" · ");
}
