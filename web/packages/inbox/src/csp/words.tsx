/** The doctor's answers in the operator's language. What it found has codes; what has none of ours is shown as it came. */
import { Badge } from "@halloo/ui";
import { CircleAlert, CircleCheck, CircleDashed, TriangleAlert } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { type Key, t } from "../i18n.ts";
import { translated } from "./said.tsx";
import type { Gravity, State } from "./state.ts";
import type { Finding, Fix, Level, Remark, ReportGroup, Verdict } from "./types.ts";

/** The words of a key that is put together, or what stands in for them. */
function wordsOr(key: string, other: string): string {
  const words = t(key as Key);
  return words === key ? other : words;
}

const STATE_ICONS: Readonly<Record<State, ComponentChildren>> = {
  ok: <CircleCheck size={18} />,
  optional_blocked: <TriangleAlert size={18} />,
  required_blocked: <CircleAlert size={18} />,
  unread: <TriangleAlert size={18} />,
  unknown: <CircleDashed size={18} />,
};

/** The mark of a state; the words beside it say the same. */
export const StateMark = ({ state }: { state: State }) => (
  <span class={`in-csp-mark in-csp-${state}`} aria-hidden="true">
    {STATE_ICONS[state]}
  </span>
);

export const verdictWords = (verdict: Verdict): string => t(`csp_verdict_${verdict}`);

export const LevelBadge = ({ level }: { level: Level }) => (
  <Badge tone={level === "required" ? "bad" : "warn"}>{t(`csp_level_${level}`)}</Badge>
);

/** What a page could not do: the loader's script, the chat's window, a call's camera. */
export const needWords = ({ need, feature }: Pick<Finding, "need" | "feature">): string =>
  wordsOr(`csp_need_${need.replace(/^host\./, "")}`, wordsOr(`csp_feature_${feature}`, need));

/** Who stands in the way. */
export function causeWords(finding: Finding): string {
  const { fix, decided_by, directive, blocked } = finding;
  if (fix.kind === "allow_origin") return t("csp_cause_origin", { blocked });
  if (fix.kind === "sandbox") return t("csp_cause_sandbox", { blocked });
  if (fix.kind === "permissions_policy")
    return t("csp_cause_permissions", { name: fix.directive || directive || decided_by });
  if (fix.kind === "trusted_types")
    return blocked === "trusted-types-policy"
      ? t("csp_cause_trusted_name", { name: fix.value })
      : t("csp_cause_trusted");
  const name = decided_by || directive;
  return decided_by === directive || directive === ""
    ? t("csp_cause", { name, blocked })
    : t("csp_cause_fallback", { name, blocked, directive });
}

/** What to do, above the line that does it. */
export function fixWords({ kind, directive, value, line }: Fix): string {
  const tag = line.includes("<script");
  if (kind === "nonce" && !tag) return t("csp_fix_nonce_new", { directive });
  if (kind === "hash" && tag) return t("csp_fix_hash_tag");
  if (kind === "trusted_types" && directive === "trusted-types") return t("csp_fix_add_source", { directive });
  return t(`csp_fix_${kind}`, { directive, origin: value });
}

/** What a warning says; the server's own words where it has a code that is new to us. */
export const remarkWords = (remark: Remark): string =>
  translated(remark.text) ?? wordsOr(`csp_warn_${remark.code}`, remark.text);

/** Why a page could not be read, from the server's sentence about it. */
export const unreadWords = (sentence: string): string => translated(sentence) ?? t("csp_unread");

/** What the doctor says of the policy that was reported. */
export function reportWords(group: ReportGroup, gravity: Gravity): string {
  if (gravity !== "none") return t(`csp_report_${gravity}`);
  if (group.kind !== "ours") return t(`csp_report_${group.kind}`);
  if (group.verdict === null) return t("csp_report_cut");
  return translated(group.verdict.text) ?? group.verdict.text;
}
