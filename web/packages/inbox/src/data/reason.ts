/** Refusals in the operator's language: the codes that people meet; what the server wrote where we have no words of our own. */
import { OFFLINE, Refusal } from "@halloo/core/refusal.ts";
import { formatSize, type Key, t } from "../i18n.ts";

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
  file_type: "error_file_type",
  file_empty: "error_file_empty",
  upload_incomplete: "error_file_lost",
  upload_not_found: "error_file_lost",
  upload_damaged: "error_file_lost",
};

/** Why a picture is not taken (`files/images/model.py`). */
const BY_PICTURE: Readonly<Record<string, Key>> = {
  type: "error_image_type",
  broken: "error_image_broken",
  pixels: "error_image_pixels",
  frames: "error_image_frames",
  heavy: "error_image_heavy",
};

const BY_FIELD: Readonly<Record<string, Key>> = {
  email: "error_email",
  current_password: "error_password_wrong",
  wildcards: "csp_wildcards_bad",
  network: "network_bad",
  size: "error_file_empty",
};

/** What is wrong with a file; null where it is something else. */
function reasonOfFile({ code, details }: Refusal): string | null {
  const most = details["max_bytes"];
  if (code === "file_too_large" && typeof most === "number")
    return t("error_file_too_large", { size: formatSize(most) });
  if (code === "image_refused") return t(BY_PICTURE[String(details["reason"])] ?? "error_image_broken");
  const types = details["types"];
  const pictures = Array.isArray(types) && types.length === 1 && types[0] === "image";
  return code === "file_type" && pictures ? t("error_file_picture") : null;
}

/** What went wrong, for people. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Refusal)) return t("trouble");
  const file = reasonOfFile(error);
  if (file !== null) return file;
  const known = BY_CODE[error.code];
  if (known) return t(known);
  if (error.status === 404) return t("error_gone");
  if (error.status >= 500 || error.code === "bad_answer") return t("error_server");
  const field = BY_FIELD[String(error.details["field"] ?? "")];
  if (error.status === 422 && field) return t(field);
  return t("error_value", { reason: error.message });
}
