/** The shapes of Content Security Policy, under the names that these pages use (csp contract 3, 4.2, 5). */
import type {
  CspDiagnosis,
  CspDoctorPost,
  CspFinding,
  CspFix,
  CspPolicy,
  CspRemark,
  ReportCounts,
  ReportGroup,
} from "../data/types.ts";

export type {
  CspExamined as Examined,
  CspFixed as Fixed,
  CspPolicy as PolicyView,
  DomainCheck,
  ReportCounts,
  ReportGroup,
  ReportPage,
} from "../data/types.ts";

export type Diagnosis = CspDiagnosis;
export type Finding = CspFinding;
export type Fix = CspFix;
export type Remark = CspRemark;
export type Verdict = Diagnosis["verdict"];
export type Level = Finding["level"];

export const FORMS = ["merge", "additions", "strict"] as const satisfies readonly CspPolicy["form"][];
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
] as const satisfies readonly CspPolicy["as"][];
export type Target = (typeof TARGETS)[number];

/** What a snippet is made of. */
export interface PolicyAsk {
  readonly form: Form;
  readonly trust: Trust;
  readonly as: CspPolicy["as"];
  /** The base of a wildcard; empty for exact addresses. */
  readonly wildcards: string;
  readonly no_self: boolean;
  readonly report: boolean;
}

/** What the doctor is asked; a field that is not there is not known. */
export type DoctorAsk = Partial<Readonly<CspDoctorPost>>;

export const REPORT_KINDS = ["ours", "others", "extensions"] as const satisfies readonly (keyof ReportCounts)[];
export type ReportKind = ReportGroup["kind"];
