/** What the visitor thought of a conversation that has ended: asked once, put away if they like, and thanked for. */
import { Heart, X } from "lucide-preact";
import { useState } from "preact/hooks";
import type { Conversation, Fields, State } from "../frame/engine.ts";
import { giveFeedback } from "../frame/feedback.ts";
import { putAway } from "./away.ts";
import { FormCard } from "./form.tsx";
import { useAround } from "./hooks.ts";

const parse = (text: string | undefined): Fields => {
  try {
    return JSON.parse(text ?? "{}") as Fields;
  } catch {
    return {};
  }
};

export function Feedback({ conversation, state }: { conversation: Conversation; state: State }) {
  const { engine, t } = useAround();
  const { form, thank_you_text: thanks } = engine.record.config.v1.post_conversation_feedback;
  const { id, feedback } = conversation;
  const key = `feedback:${id}`;
  const [first] = useState(() => parse(state.memory.drafts?.[key]));
  if (conversation.state !== "resolved") return null;
  if (feedback === "given") {
    return (
      <li class="h-sheet h-thanks">
        <Heart size={20} strokeWidth={1.75} aria-hidden="true" />
        <p dir="auto">{thanks || t("feedback_thanks")}</p>
      </li>
    );
  }
  if (feedback !== "open" || !form || state.memory.away?.includes(key)) return null;
  const draft = (values: Fields | null): void => {
    const { [key]: _old, ...others } = engine.state.memory.drafts ?? {};
    engine.remember({ drafts: values ? { ...others, [key]: JSON.stringify(values) } : others });
  };
  return (
    <li class="h-sheet h-feedback">
      <div class="h-sheet-head">
        <h2 dir="auto">{form.title || t("feedback_title")}</h2>
        <button
          type="button"
          class="h-tool"
          aria-label={t("not_now")}
          title={t("not_now")}
          onClick={() => putAway(engine, key)}
        >
          <X size={18} strokeWidth={1.75} />
        </button>
      </div>
      <FormCard
        form={form}
        name={`h-feedback-${id}`}
        values={first}
        submitLabel={form.submit_label || t("feedback_submit")}
        gently
        onDraft={draft}
        onSubmit={async (fields) => {
          await giveFeedback(engine, id, fields);
          draft(null);
        }}
      />
    </li>
  );
}
