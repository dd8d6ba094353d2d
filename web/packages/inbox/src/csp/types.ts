/** The shapes of Content Security Policy as the management API has them (csp contract 3, 4.2, 5). */

export const FORMS = ["merge", "additions", "strict"] as const;
export type Form = (typeof FORMS)[number];

export const TRUSTS = ["host", "nonce", "hash"] as const;
export type Trust = (typeof TRUSTS)[number];

/** What a policy can be written for. */
export const TARGETS = [
  "header",
  "meta",
  "nginx",
  "apache",
  "caddy",
  "nextjs",
  "django",
  "rails",
  "express",
  "text",
  "json",
] as const;
export type Target = (typeof TARGETS)[number];

/** What a snippet is made of. */
export interface PolicyAsk {
  readonly form: Form;
  readonly trust: Trust;
  readonly as: Target | "table";
  /** The base of a wildcard; empty for exact addresses. */
  readonly wildcards: string;
  readonly no_self: boolean;
  readonly report: boolean;
}

export interface PolicyView {
  readonly form: Form;
  readonly as: string;
  readonly policy: string;
  readonly text: string;
  readonly tag: string | null;
  readonly notes: readonly string[];
}

export type Verdict = "ok" | "optional_blocked" | "required_blocked";
export type Level = "required" | "optional";
export type Delivery = "header" | "meta";

export interface Remark {
  readonly code: string;
  readonly directive: string;
  readonly source: string;
  readonly text: string;
}

export interface Examined {
  readonly index: number;
  readonly delivery: Delivery;
  readonly disposition: "enforce" | "report";
  readonly line: number | null;
  readonly text: string;
  readonly warnings: readonly Remark[];
}

export const FIX_KINDS = [
  "add_source",
  "add_directive",
  "replace_none",
  "nonce",
  "hash",
  "trusted_types",
  "permissions_policy",
  "sandbox",
  "allow_origin",
] as const;
export type FixKind = (typeof FIX_KINDS)[number];

export interface Fix {
  readonly kind: FixKind;
  readonly directive: string;
  readonly value: string;
  readonly line: string;
  readonly note: string;
}

export interface Finding {
  readonly need: string;
  readonly feature: string;
  readonly level: Level;
  readonly policy: number | null;
  readonly directive: string;
  readonly decided_by: string;
  readonly blocked: string;
  readonly reading: string;
  readonly fix: Fix;
  readonly alternatives: readonly Fix[];
}

export interface Fixed {
  readonly index: number;
  readonly delivery: Delivery;
  readonly text: string;
}

/** What the doctor found (csp contract 4.2). Fields are added, never changed. */
export interface Diagnosis {
  readonly version: number;
  readonly widget: string;
  readonly page_origin: string | null;
  readonly verdict: Verdict;
  readonly policies: readonly Examined[];
  readonly findings: readonly Finding[];
  readonly fixed_policies: readonly Fixed[];
  readonly removable: readonly Remark[];
  readonly warnings?: readonly Remark[];
  readonly notes?: readonly string[];
}

/** What the doctor is asked; a field that is not there is not known. */
export interface DoctorAsk {
  readonly headers?: readonly string[];
  readonly report_only?: readonly string[];
  readonly metas?: readonly string[];
  readonly html?: string;
  readonly url?: string;
  readonly page_origin?: string;
  readonly tag?: string;
  readonly permissions_policy?: readonly string[];
  readonly coep?: readonly string[];
  readonly trust?: Trust | "auto";
}

/** The last look at one allowed domain. */
export interface DomainCheck {
  readonly origin: string;
  readonly checked_at: string | null;
  readonly verdict: Verdict | null;
  readonly error: string | null;
  readonly result: Diagnosis | null;
}

export const REPORT_KINDS = ["ours", "others", "extensions"] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

export interface ReportVerdict {
  readonly blocks: boolean;
  readonly level: Level | null;
  readonly text: string;
  readonly line: string | null;
}

/** Reports of browsers that say the same. All of it is a stranger's text. */
export interface ReportGroup {
  readonly id: string;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly count: number;
  readonly page: string;
  readonly disposition: "enforce" | "report";
  readonly directive: string;
  readonly blocked: string;
  readonly source: string | null;
  readonly sample: string | null;
  readonly policy: string;
  readonly kind: string;
  readonly muted: boolean;
  readonly verdict: ReportVerdict | null;
}

export interface ReportCounts {
  readonly ours: number;
  readonly others: number;
  readonly extensions: number;
  readonly muted: number;
}

export interface ReportPage {
  readonly data: readonly ReportGroup[];
  readonly next_cursor: string | null;
  readonly counts: ReportCounts;
  readonly foreign: number;
}
