import { Button, IconButton, Select, Switch, TextArea, TextField } from "@halloo/ui";
import { Plus, Trash } from "lucide-preact";
import { t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import type { FormProps } from "./editor.tsx";

const MOST_QUESTIONS = 6;
const BUBBLES = [null, 0, 3, 5, 10, 30, 60] as const;

export function Greeting({ values, set }: FormProps) {
  const questions = values.suggested_questions;
  const change = (index: number, text: string) =>
    set(
      "suggested_questions",
      questions.map((one, at) => (at === index ? text : one)),
    );
  const bubble = values["greeting.bubble_after_s"];
  const times: (number | null)[] = BUBBLES.some((one) => one === bubble) ? [...BUBBLES] : [...BUBBLES, bubble];
  return (
    <>
      <Card>
        <TextArea
          label={t("greeting")}
          hint={t("greeting_hint", { count: 280 - values["greeting.text"].length })}
          value={values["greeting.text"]}
          maxLength={280}
          rows={[2, 6]}
          onValue={(text) => set("greeting.text", text)}
        />
        <Select
          label={t("greeting_bubble")}
          hint={t("greeting_bubble_hint")}
          value={String(bubble)}
          options={times.map((one) => ({
            id: String(one),
            label: one === null ? t("bubble_never") : one === 0 ? t("bubble_now") : t("bubble_after", { count: one }),
          }))}
          onValue={(id) => set("greeting.bubble_after_s", id === "null" ? null : Number(id))}
        />
      </Card>
      <Card title={t("questions")} text={t("questions_text")}>
        {questions.length > 0 && (
          <ol class="in-questions">
            {questions.map((question, index) => (
              <li key={index}>
                <TextField
                  label={t("question_number", { number: index + 1 })}
                  quiet
                  value={question}
                  maxLength={120}
                  placeholder={t("question_placeholder")}
                  onValue={(text) => change(index, text)}
                  error={question.trim() === "" ? t("question_empty") : undefined}
                />
                <IconButton
                  label={t("remove_question", { number: index + 1 })}
                  icon={<Trash size={18} />}
                  onClick={() =>
                    set(
                      "suggested_questions",
                      questions.filter((_, at) => at !== index),
                    )
                  }
                />
              </li>
            ))}
          </ol>
        )}
        {questions.length < MOST_QUESTIONS && (
          <div>
            <Button icon={<Plus size={16} />} onClick={() => set("suggested_questions", [...questions, ""])}>
              {t("add_question")}
            </Button>
          </div>
        )}
      </Card>
      <Card>
        <Switch
          label={t("start_on_toggle")}
          hint={t("start_on_toggle_hint")}
          checked={values.start_conversation_on_toggle}
          onChecked={(on) => set("start_conversation_on_toggle", on)}
        />
      </Card>
    </>
  );
}
