/** How a page is, or what a group of reports says of one. */
import type { DomainCheck, ReportGroup, Verdict } from "./types.ts";

export type State = Verdict | "unread" | "unknown";

/** How a domain is, from its last check: with a verdict, not to be read, or not checked yet. */
export function stateOf({ checked_at, verdict, error }: Pick<DomainCheck, "checked_at" | "verdict" | "error">): State {
  if (checked_at === null) return "unknown";
  return error !== null || verdict === null ? "unread" : verdict;
}

/** How grave reports are: what is blocked, what would be once the policy is enforced, or nothing of ours. */
export type Gravity = "required" | "optional" | "would_required" | "would_optional" | "none";

export function gravityOf({ verdict, disposition }: Pick<ReportGroup, "verdict" | "disposition">): Gravity {
  if (!verdict?.level) return "none";
  if (verdict.blocks) return verdict.level;
  return disposition === "report" ? `would_${verdict.level}` : "none";
}

export const MARK_OF: Readonly<Record<Gravity, State>> = {
  required: "required_blocked",
  optional: "optional_blocked",
  would_required: "optional_blocked",
  would_optional: "optional_blocked",
  none: "unknown",
};
