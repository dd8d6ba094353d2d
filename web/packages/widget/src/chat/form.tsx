/** A form, one question per line: checks what was typed, hands it in, and says what is wrong where it is wrong. */
import { codeOf, Refusal } from "@halloo/core";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Fields } from "../frame/engine.ts";
import { fieldOf } from "../frame/forms.ts";
import type { Form } from "../frame/record.ts";
import { useAround } from "./hooks.ts";
import { Question } from "./question.tsx";
import { fit, type Problem, problemOf, problemOfCode, wireFields } from "./rules.ts";
import { Wait } from "./wait.tsx";

/** What kept something from being done, in words: how long to wait, or that nothing is lost. */
export function Note({ refusal }: { refusal: unknown }) {
  const { t } = useAround();
  const until = useMemo(() => {
    const ms = refusal instanceof Refusal ? refusal.retryAfterMs : null;
    return ms === null ? null : Date.now() + ms;
  }, [refusal]);
  if (!refusal) return null;
  return (
    <p class="h-error h-note" role="alert">
      {until === null ? (
        t(codeOf(refusal) === "offline" ? "form_offline" : "form_failed")
      ) : (
        <Wait key={until} until={until} />
      )}
    </p>
  );
}

interface FormProps {
  readonly form: Form;
  /** Unique on the screen. */
  readonly name: string;
  readonly values: Fields;
  /** Codes of what the server has refused already, by field id. */
  readonly refused?: Readonly<Record<string, string>>;
  readonly submitLabel: string;
  /** Only the first question is shown until it is answered. */
  readonly gently?: boolean;
  readonly onDraft: (values: Fields) => void;
  /** `trap`: what stands in the field that people do not see. */
  readonly onSubmit: (fields: Fields, trap: string) => Promise<void>;
}

const NOTHING: Readonly<Record<string, string>> = {};

export function FormCard({ form, name, values: first, refused = NOTHING, submitLabel, ...rest }: FormProps) {
  const { gently = false, onDraft, onSubmit } = rest;
  const { language, t } = useAround();
  const { fields } = form;
  const start = (): Record<string, unknown> =>
    Object.fromEntries(fields.map((field) => [field.id, fit(field, first[field.id])]));
  const [values, setValues] = useState(start);
  const [problems, setProblems] = useState<Readonly<Record<string, Problem | null>>>({});
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLFormElement>(null);
  const trap = useRef<HTMLInputElement>(null);
  const pressed = useRef(false);

  useEffect(() => {
    setProblems(Object.fromEntries(Object.entries(refused).map(([id, code]) => [id, problemOfCode(code)])));
  }, [refused]);

  const check = (id: string, value: unknown): Problem | null => {
    const field = fields.find((one) => one.id === id);
    return field ? problemOf(field, value, language) : null;
  };

  const change = (id: string, value: unknown): void => {
    const next = { ...values, [id]: value };
    setValues(next);
    onDraft(next);
    // While one repairs it, the complaint goes as soon as there is nothing to complain about.
    if (problems[id]) setProblems({ ...problems, [id]: check(id, value) });
  };

  /** Said when the field is left, but not to somebody who has only passed through it. */
  const leave = (id: string): void => {
    if (!values[id]) return;
    const say = (): void => setProblems((now) => ({ ...now, [id]: check(id, values[id]) }));
    // What is just being pressed must not move away from under the pointer.
    if (pressed.current) addEventListener("pointerup", () => setTimeout(say), { once: true });
    else say();
  };

  const point = (found: Readonly<Record<string, Problem | null>>): boolean => {
    setProblems(found);
    const wrong = fields.find(({ id }) => found[id]);
    if (!wrong) return false;
    const element = box.current?.querySelector<HTMLElement>(`#${name}-${wrong.id}`);
    const control = element?.matches("[role]") ? element.querySelector("input") : element;
    // Its words have to be there before it is read out.
    requestAnimationFrame(() => control?.focus());
    return true;
  };

  const submit = async (): Promise<void> => {
    if (busy) return;
    setRefusal(null);
    const found = fields.map(({ id }) => [id, check(id, values[id])] as const);
    if (point(Object.fromEntries(found))) return;
    setBusy(true);
    try {
      await onSubmit(wireFields(fields, values, language), trap.current?.value ?? "");
    } catch (error) {
      const id = fieldOf(error);
      if (!id || !point({ [id]: problemOfCode(codeOf(error)) })) setRefusal(error);
    }
    setBusy(false);
  };

  const [opener] = fields;
  const whole = !gently || (opener !== undefined && ![undefined, "", false].includes(values[opener.id] as undefined));
  const shown = whole ? fields : fields.slice(0, 1);
  useEffect(() => {
    if (gently && whole) box.current?.scrollIntoView({ block: "nearest" });
  }, [gently, whole]);

  return (
    <form
      ref={box}
      class="h-form"
      noValidate
      onPointerDown={() => {
        pressed.current = true;
        addEventListener("pointerup", () => (pressed.current = false), { once: true });
      }}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {shown.map((field) => (
        <Question
          key={field.id}
          field={field}
          name={`${name}-${field.id}`}
          value={values[field.id]}
          problem={problems[field.id] ?? null}
          onValue={(value) => change(field.id, value)}
          onLeave={() => leave(field.id)}
        />
      ))}
      <input ref={trap} class="h-trap" name="website" tabIndex={-1} autocomplete="off" aria-hidden="true" />
      <Note refusal={refusal} />
      {whole && (
        <button type="submit" class="h-primary" aria-disabled={busy}>
          {busy ? t("sending") : submitLabel}
        </button>
      )}
    </form>
  );
}
