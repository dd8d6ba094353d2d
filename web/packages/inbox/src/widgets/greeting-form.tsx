import { Button, IconButton, Select, Switch, TextArea, TextField } from "@halloo/ui";
import { Plus, Trash } from "lucide-preact";
import { useState } from "preact/hooks";
import { t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import { NumberField } from "./number-field.tsx";
import type { FormProps } from "./sections.tsx";

const MOST_QUESTIONS = 6;
const BUBBLES = [null, 0, 3, 5, 10, 30, 60] as const;

export function Greeting({ values, set, error }: FormProps) {
  const questions = values.suggested_questions;
  const change = (index: number, text: string) =>
    set(
      "suggested_questions",
      questions.map((one, at) => (at === index ? text : one)),
    );
  const bubble = values["greeting.bubble_after_s"];
  const preset = BUBBLES.some((one) => one === bubble);
  const [own, setOwn] = useState(!preset);
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
          error={error("greeting.text")}
        />
        <Select
          label={t("greeting_bubble")}
          hint={t("greeting_bubble_hint")}
          value={own ? "own" : String(bubble)}
          options={[
            ...BUBBLES.map((one) => ({
              id: String(one),
              label: one === null ? t("bubble_never") : one === 0 ? t("bubble_now") : t("bubble_after", { count: one }),
            })),
            { id: "own", label: t("bubble_own") },
          ]}
          onValue={(id) => {
            setOwn(id === "own");
            if (id === "own") set("greeting.bubble_after_s", bubble ?? 15);
            else set("greeting.bubble_after_s", id === "null" ? null : Number(id));
          }}
        />
        {own && (
          <NumberField
            label={t("bubble_seconds")}
            low={0}
            high={600}
            value={bubble}
            onValue={(seconds) => seconds !== null && set("greeting.bubble_after_s", seconds)}
            error={error("greeting.bubble_after_s")}
          />
        )}
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
                  error={error(`suggested_questions[${index}]`)}
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
