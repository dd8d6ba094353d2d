import { CircleAlert, TriangleAlert } from "lucide-preact";
import type { ComponentChildren, Ref, TextareaHTMLAttributes } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { cx } from "./dom.ts";

export interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  error?: ComponentChildren;
  warning?: ComponentChildren;
  /** Keeps the label for screen readers only. */
  quiet?: boolean | undefined;
  class?: string | undefined;
}

/** Label, control, hint and error in their places; `children` gets the ids to wire up. */
export function Field({
  label,
  hint,
  error,
  warning,
  quiet,
  class: extra,
  children,
}: FieldProps & {
  children: (ids: { id: string; describedBy: string | undefined; invalid: boolean }) => ComponentChildren;
}) {
  const id = useId();
  const said = error ?? warning ?? hint;
  const describedBy = said ? `${id}-about` : undefined;
  return (
    <div class={cx("ui-field", extra)}>
      <label for={id} class={quiet ? "ui-hidden" : "ui-label"}>
        {label}
      </label>
      {children({ id, describedBy, invalid: Boolean(error) })}
      {said && (
        <div id={describedBy} class={cx("ui-about", error ? "ui-error" : warning ? "ui-warning" : "")}>
          {error ? <CircleAlert size={14} /> : warning ? <TriangleAlert size={14} /> : null}
          <span>{said}</span>
        </div>
      )}
    </div>
  );
}

interface InputProps {
  type?: "text" | "email" | "password" | "search" | "tel" | "url" | undefined;
  name?: string | undefined;
  autocomplete?: string | undefined;
  placeholder?: string | undefined;
  inputMode?: "text" | "numeric" | "url" | "email" | undefined;
  maxLength?: number | undefined;
  required?: boolean | undefined;
  disabled?: boolean | undefined;
  spellcheck?: boolean | undefined;
  dir?: "auto" | "ltr" | undefined;
  onKeyDown?: ((event: KeyboardEvent & { currentTarget: HTMLInputElement }) => void) | undefined;
  onBlur?: (() => void) | undefined;
}

export interface TextFieldProps extends FieldProps, InputProps {
  value: string;
  onValue: (value: string) => void;
  icon?: ComponentChildren;
  end?: ComponentChildren;
  inputRef?: Ref<HTMLInputElement> | undefined;
}

/** One line of text. */
export function TextField(props: TextFieldProps) {
  const {
    label,
    hint,
    error,
    warning,
    quiet,
    class: extra,
    value,
    onValue,
    icon,
    end,
    inputRef,
    type = "text",
    dir = "auto",
    ...rest
  } = props;
  return (
    <Field label={label} hint={hint} error={error} warning={warning} quiet={quiet} class={extra}>
      {({ id, describedBy, invalid }) => (
        <span class={cx("ui-input", invalid && "ui-invalid")}>
          {icon}
          <input
            {...rest}
            type={type as "text"} // each type has its own shape in the types; the text ones agree in all that is used here
            dir={dir}
            id={id}
            ref={inputRef ?? null}
            value={value}
            aria-describedby={describedBy}
            aria-invalid={invalid ? "true" : undefined}
            onInput={(event) => onValue(event.currentTarget.value)}
          />
          {end}
        </span>
      )}
    </Field>
  );
}

type AreaProps = Omit<
  TextareaHTMLAttributes<HTMLTextAreaElement>,
  "label" | "value" | "onInput" | "class" | "ref" | "rows"
>;

export interface TextAreaProps extends FieldProps, AreaProps {
  value: string;
  onValue: (value: string) => void;
  /** Grows with its text between these numbers of lines. */
  rows?: [least: number, most: number] | undefined;
}

/** Lets a textarea be exactly as high as its text, between two numbers of lines. */
export function useGrow(
  ref: { current: HTMLTextAreaElement | null },
  value: string,
  least: number,
  most: number,
): void {
  useLayoutEffect(() => {
    const area = ref.current;
    if (!area) return;
    const style = getComputedStyle(area);
    const line = Number.parseFloat(style.lineHeight) || 20;
    const padding = Number.parseFloat(style.paddingTop) + Number.parseFloat(style.paddingBottom) || 0;
    area.style.height = "0";
    const wanted = value === "" ? line * least + padding : area.scrollHeight;
    const height = Math.max(line * least + padding, Math.min(wanted, line * most + padding));
    area.style.height = `${Math.ceil(height)}px`;
    area.style.overflowY = wanted > height + 1 ? "auto" : "hidden";
  }, [ref, value, least, most]);
}

/** Several lines of text. */
export function TextArea(props: TextAreaProps) {
  const { label, hint, error, warning, quiet, class: extra, value, onValue, rows = [3, 10], ...rest } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  useGrow(area, value, rows[0], rows[1]);
  return (
    <Field label={label} hint={hint} error={error} warning={warning} quiet={quiet} class={extra}>
      {({ id, describedBy, invalid }) => (
        <span class={cx("ui-input", "ui-area", invalid && "ui-invalid")}>
          <textarea
            dir="auto"
            {...rest}
            ref={area}
            id={id}
            value={value}
            aria-describedby={describedBy}
            aria-invalid={invalid ? "true" : undefined}
            onInput={(event) => onValue(event.currentTarget.value)}
          />
        </span>
      )}
    </Field>
  );
}
