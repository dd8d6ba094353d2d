/** The two forms of a widget: before a conversation, and after it. */
import { Button, Notice, Switch, TextArea, TextField } from "@halloo/ui";
import { Sparkles } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../../i18n.ts";
import { Card } from "../../settings/card.tsx";
import type { View } from "../preview.tsx";
import type { FormProps } from "../sections.tsx";
import { Builder } from "./builder.tsx";
import type { Form, FormKind } from "./model.ts";
import { templateOf } from "./templates.ts";

export function Forms(form: FormProps) {
  return (
    <>
      <Focus view="form" show={form.show}>
        <Before {...form} />
      </Focus>
      <Focus view="feedback" show={form.show}>
        <After {...form} />
      </Focus>
    </>
  );
}

/** Turns the preview to the form that one works at. */
function Focus({ view, show, children }: { view: View; show: (view: View) => void; children: ComponentChildren }) {
  return (
    <div class="in-stack" onFocusIn={() => show(view)} onPointerDown={() => show(view)}>
      {children}
    </div>
  );
}

function Before({ values, stored, set, error, show }: FormProps) {
  const form = values.pre_conversation_form;
  // Turned off and on again, the form is as it was.
  const kept = useRef<Form | null>(null);
  const turn = (on: boolean) => {
    if (!on) kept.current = form;
    set("pre_conversation_form", on ? (kept.current ?? templateOf("pre")) : null);
    show(on ? "form" : "chat");
  };
  return (
    <Card title={t("form_before")} text={t("form_before_text")}>
      <Switch label={t("form_before_on")} hint={t("form_before_hint")} checked={form !== null} onChecked={turn} />
      {form !== null && (
        <>
          <Switch
            label={t("form_once")}
            hint={t("form_once_hint")}
            checked={values.pre_conversation_show_once}
            onChecked={(on) => set("pre_conversation_show_once", on)}
          />
          <Editing
            kind="pre"
            form={form}
            stored={stored.pre_conversation_form}
            path="pre_conversation_form"
            error={error}
            set={(next) => set("pre_conversation_form", next)}
          />
        </>
      )}
    </Card>
  );
}

function After({ values, stored, set, error, show }: FormProps) {
  const enabled = values["post_conversation_feedback.enabled"];
  const form = values["post_conversation_feedback.form"];
  const turn = (on: boolean) => {
    if (on && form === null) set("post_conversation_feedback.form", templateOf("post"));
    set("post_conversation_feedback.enabled", on);
    show(on ? "feedback" : "chat");
  };
  return (
    <Card title={t("form_after")} text={t("form_after_text")}>
      <Switch label={t("form_after_on")} hint={t("form_after_hint")} checked={enabled} onChecked={turn} />
      {enabled && form !== null && (
        <>
          <Editing
            kind="post"
            form={form}
            stored={stored["post_conversation_feedback.form"]}
            path="post_conversation_feedback.form"
            error={error}
            set={(next) => set("post_conversation_feedback.form", next)}
          />
          <TextArea
            label={t("form_thanks")}
            hint={t("form_thanks_hint")}
            value={values["post_conversation_feedback.thank_you_text"]}
            maxLength={280}
            rows={[2, 6]}
            onValue={(text) => set("post_conversation_feedback.thank_you_text", text)}
            error={error("post_conversation_feedback.thank_you_text")}
          />
        </>
      )}
    </Card>
  );
}

interface EditingProps {
  kind: FormKind;
  form: Form;
  stored: Form | null;
  path: string;
  error: FormProps["error"];
  set: (form: Form) => void;
}

/** What a form is called, and its fields. */
function Editing({ kind, form, stored, path, error, set }: EditingProps) {
  return (
    <>
      <div class="in-grid">
        <TextField
          label={t("title")}
          hint={t("form_title_hint")}
          value={form.title ?? ""}
          maxLength={120}
          onValue={(title) => set({ ...form, title })}
          error={error(`${path}.title`)}
        />
        <TextField
          label={t("form_submit")}
          hint={t("form_submit_hint")}
          value={form.submit_label ?? ""}
          maxLength={40}
          onValue={(submit_label) => set({ ...form, submit_label })}
          error={error(`${path}.submit_label`)}
        />
      </div>
      <TextField
        label={t("form_name")}
        hint={t("form_name_hint")}
        value={form.name ?? ""}
        maxLength={80}
        onValue={(name) => set({ ...form, name })}
        error={error(`${path}.name`)}
      />
      <Builder
        kind={kind}
        fields={form.fields}
        stored={stored?.fields ?? []}
        path={`${path}.fields`}
        error={error}
        onFields={(fields) => set({ ...form, fields })}
      />
      {form.fields.length === 0 && (
        <Notice
          tone="warn"
          action={
            <Button size="small" icon={<Sparkles size={16} />} onClick={() => set({ ...form, ...templateOf(kind) })}>
              {t(kind === "pre" ? "form_template_pre" : "form_template_post")}
            </Button>
          }
        >
          {t("form_fields_none")}
        </Notice>
      )}
    </>
  );
}
