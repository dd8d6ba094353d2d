/** How a page is: checked with a verdict, not to be read, or not checked yet. */
import type { DomainCheck, Verdict } from "./types.ts";

export type State = Verdict | "unread" | "unknown";

/** How a domain is, from its last check. */
export function stateOf({ checked_at, verdict, error }: DomainCheck): State {
  if (checked_at === null) return "unknown";
  return error !== null || verdict === null ? "unread" : verdict;
}
