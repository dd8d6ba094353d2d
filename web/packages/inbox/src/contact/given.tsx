/** What the visitor gave beside messages: answers before the conversation, feedback after it. */
import { widgetQuery } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import type { ConversationView, FeedbackView, FieldAnswer } from "../data/types.ts";
import { formatAgo, formatList, formatMoment, formatNumber, t } from "../i18n.ts";
import { Stars } from "../shell/stars.tsx";
import { readValues } from "../widgets/config.ts";
import type { FormField } from "../widgets/forms/model.ts";
import { type Answer, answersOf } from "./answers.ts";
import { Section } from "./panel.tsx";

/** A value as people read it. */
export function valueText(value: unknown): string {
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (typeof value === "number") return formatNumber(value);
  if (Array.isArray(value)) return formatList(value.map(valueText));
  return typeof value === "string" ? value : JSON.stringify(value);
}

function List({ items }: { items: readonly Pick<Answer, "id" | "label" | "value">[] }) {
  return (
    <dl class="in-answers">
      {items.map((item) => (
        <div key={item.id}>
          <dt dir="auto">{item.label}</dt>
          <dd dir="auto">{valueText(item.value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The fields that this widget's form has now; those who may not read widgets see ids for labels. */
function useFields(conversation: ConversationView): readonly FormField[] {
  const any = Object.keys(conversation.custom_metadata).length > 0;
  const widget = useQuery({ ...widgetQuery(conversation.widget_id), enabled: any }).data;
  const v1 = (widget?.config["v1"] ?? {}) as Readonly<Record<string, unknown>>;
  return readValues(v1).pre_conversation_form?.fields ?? [];
}

/** Answers and other metadata. */
export function Answers({ conversation }: { conversation: ConversationView }) {
  const answers = answersOf(conversation.custom_metadata, useFields(conversation));
  const asked = answers.filter((answer) => answer.asked);
  const other = answers.filter((answer) => !answer.asked);
  return (
    <>
      {asked.length > 0 && (
        <Section title={t("form_answers")}>
          <List items={asked} />
        </Section>
      )}
      {other.length > 0 && (
        <Section title={t("conversation_data")}>
          <List items={other} />
        </Section>
      )}
    </>
  );
}

/** Whether a field says no more than stars and comment do. */
const isSaid = (field: FieldAnswer, feedback: FeedbackView): boolean =>
  (field.type === "rating" && feedback.stars !== null) || field.value === feedback.comment;

/** What the visitor thought of it. */
export function Feedback({ feedback }: { feedback: FeedbackView | null }) {
  if (feedback === null) return null;
  const at = Date.parse(feedback.created_at);
  const rest = feedback.fields.filter((field) => !isSaid(field, feedback));
  return (
    <Section
      title={t("feedback")}
      action={
        <time class="in-quiet" dateTime={feedback.created_at} data-tip={formatMoment(at)}>
          {formatAgo(at)}
        </time>
      }
    >
      {feedback.stars !== null && <Stars value={feedback.stars} size={18} />}
      {feedback.comment && (
        <blockquote class="in-comment" dir="auto">
          {feedback.comment}
        </blockquote>
      )}
      {rest.length > 0 && <List items={rest} />}
    </Section>
  );
}
