/** What is wrong with a widget's unsaved changes, by path: the limits that the server holds, told as one types. */
import { OFFLINE, Refusal } from "@halloo/core/refusal.ts";
import { type Key, t } from "../i18n.ts";
import type { WidgetSection } from "../router.ts";
import type { Values } from "./config.ts";
import { type Form, problemsOf } from "./forms/model.ts";

export type Problems = Readonly<Record<string, Key>>;

const FORMS = ["pre_conversation_form", "post_conversation_feedback.form"] as const;

const below = (path: string, form: Form | null): Problems =>
  form === null
    ? {}
    : Object.fromEntries(Object.entries(problemsOf(form)).map(([inner, key]) => [`${path}.${inner}`, key]));

const emptyQuestions = (questions: readonly string[]): Problems =>
  Object.fromEntries(
    questions.flatMap((text, index) =>
      text.trim() === "" ? [[`suggested_questions[${index}]`, "question_empty" as const]] : [],
    ),
  );

const emptySpans = (spans: Values["business_hours.days"]): Problems =>
  Object.fromEntries(
    spans.flatMap((span, index) =>
      span.open === span.close ? [[`business_hours.days[${index}].close`, "same_time" as const]] : [],
    ),
  );

/** Everything of a section that the server would refuse. */
export function problemsIn(values: Values, section: WidgetSection): Problems {
  switch (section) {
    case "greeting":
      return emptyQuestions(values.suggested_questions);
    case "hours":
      return emptySpans(values["business_hours.days"]);
    case "forms":
      return Object.assign({}, ...FORMS.map((path) => below(path, values[path])));
    case "look":
    case "language":
    case "domains":
    case "security":
    case "install":
    case "csp":
      return {};
    default:
      return section satisfies never;
  }
}

/** A refusal of the server that names the field it is about. */
export interface Refused {
  readonly path: string;
  readonly reason: string;
}

/** The field that a refusal is about, with the server's reason; null where it is about none. */
export function refusedField(error: unknown): Refused | null {
  if (!(error instanceof Refusal) || error.code === OFFLINE) return null;
  const path = error.details["path"];
  if (typeof path !== "string" || !path.startsWith("config.v1.")) return null;
  const reason = error.message.startsWith(`${path}: `) ? error.message.slice(path.length + 2) : error.message;
  return { path: path.slice("config.v1.".length), reason: t("error_value", { reason }) };
}

/** What to say at a field, or with `inside` about anything in it: a broken limit, else what the server said. */
export function errorAt(problems: Problems, refused: Refused | null, path: string, inside = false): string | undefined {
  const meant = (at: string) => at === path || (inside && (at.startsWith(`${path}.`) || at.startsWith(`${path}[`)));
  const broken = Object.keys(problems).find(meant);
  const key = broken === undefined ? undefined : problems[broken];
  if (key !== undefined) return t(key);
  return refused !== null && meant(refused.path) ? refused.reason : undefined;
}
