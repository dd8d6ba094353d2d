/** Refusals in the operator's language: the codes that people meet; what the server wrote where we have no words of our own. */
import { OFFLINE, Refusal } from "@halloo/core/refusal.ts";
import { type Key, t } from "../i18n.ts";

const BY_CODE: Readonly<Record<string, Key>> = {
  [OFFLINE]: "error_offline",
  rate_limited: "error_rate_limited",
  email_taken: "error_email_taken",
  name_taken: "error_name_taken",
  last_owner: "error_last_owner",
  owners_only: "error_owners_only",
  hook_limit: "hooks_limit",
  too_many_checks: "csp_too_many",
  missing_scope: "error_forbidden",
  forbidden: "error_forbidden",
  address_unknown: "error_address_unknown",
};

const BY_FIELD: Readonly<Record<string, Key>> = {
  email: "error_email",
  current_password: "error_password_wrong",
  wildcards: "csp_wildcards_bad",
  network: "network_bad",
};

/** What went wrong, for people. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Refusal)) return t("trouble");
  const known = BY_CODE[error.code];
  if (known) return t(known);
  if (error.status === 404) return t("error_gone");
  if (error.status >= 500 || error.code === "bad_answer") return t("error_server");
  const field = BY_FIELD[String(error.details["field"] ?? "")];
  if (error.status === 422 && field) return t(field);
  return t("error_value", { reason: error.message });
}
