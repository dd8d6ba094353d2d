import { cx, useGrow } from "@halloo/ui";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n.ts";

interface InPlaceProps {
  label: string;
  value: string;
  placeholder: string;
  icon?: ComponentChildren;
  end?: ComponentChildren;
  type?: "text" | "email" | "tel";
  maxLength?: number;
  /** Gives false where the server refused; the old value comes back. */
  onSave: (value: string) => Promise<boolean>;
  class?: string;
  lines?: boolean;
}

/** A value that is changed where it stands: Enter or leaving saves, Escape takes back. */
export function InPlace({
  label,
  value,
  placeholder,
  icon,
  end,
  type = "text",
  maxLength = 255,
  onSave,
  class: extra,
  lines,
}: InPlaceProps) {
  const [text, setText] = useState(value);
  const [state, setState] = useState<"quiet" | "saving" | "saved">("quiet");
  const field = useRef<HTMLInputElement | HTMLTextAreaElement | null>(null);
  const area = useRef<HTMLTextAreaElement | null>(null);
  const editing = useRef(false);
  useGrow(area, text, 2, 12);
  useEffect(() => {
    if (!editing.current) setText(value);
  }, [value]);
  useEffect(() => {
    if (state !== "saved") return;
    const timer = setTimeout(() => setState("quiet"), 1600);
    return () => clearTimeout(timer);
  }, [state]);
  const save = async () => {
    editing.current = false;
    const next = text.trim();
    if (next === value) return setText(value);
    setState("saving");
    if (await onSave(next)) setState("saved");
    else {
      setText(value);
      setState("quiet");
    }
  };
  const props = {
    dir: "auto" as const,
    "aria-label": label,
    placeholder,
    maxLength,
    value: text,
    onFocus: () => {
      editing.current = true;
    },
    onInput: (event: { currentTarget: { value: string } }) => setText(event.currentTarget.value),
    onBlur: () => void save(),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        setText(value);
        editing.current = false;
        requestAnimationFrame(() => field.current?.blur());
      } else if (
        event.key === "Enter" &&
        !event.isComposing &&
        !(lines && event.shiftKey) &&
        (!lines || event.ctrlKey || event.metaKey)
      ) {
        event.preventDefault();
        field.current?.blur();
      }
    },
  };
  return (
    <div class={cx("in-place", extra)}>
      {icon && (
        <span class="in-place-icon" data-tip={label}>
          {icon}
        </span>
      )}
      {lines ? (
        <textarea
          {...props}
          ref={(element) => {
            area.current = element;
            field.current = element;
          }}
        />
      ) : (
        <input
          {...props}
          ref={(element) => {
            field.current = element;
          }}
          type={type as "text"}
          size={Math.max(1, text.length)}
          autocomplete="off"
          spellcheck={false}
        />
      )}
      {end}
      <span class="in-place-state" role="status">
        {state === "saved" ? t("saved") : ""}
      </span>
    </div>
  );
}
