import { Check, Minus } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { cx } from "./dom.ts";

interface ToggleProps {
  label: string;
  hint?: ComponentChildren;
  checked: boolean;
  onChecked: (checked: boolean) => void;
  disabled?: boolean | undefined;
  /** Keeps the label for screen readers only. */
  quiet?: boolean | undefined;
}

/** On or off, at once. */
export function Switch({ label, hint, checked, onChecked, disabled, quiet }: ToggleProps) {
  const id = useId();
  return (
    <div class="ui-toggle">
      <span class="ui-toggle-words">
        <label for={id} class={quiet ? "ui-hidden" : "ui-label"}>
          {label}
        </label>
        {hint && (
          <span class="ui-about" id={`${id}-about`}>
            {hint}
          </span>
        )}
      </span>
      <button
        type="button"
        id={id}
        role="switch"
        class="ui-switch"
        disabled={disabled}
        aria-checked={checked ? "true" : "false"}
        aria-describedby={hint ? `${id}-about` : undefined}
        onClick={() => onChecked(!checked)}
      >
        <span class="ui-knob" />
      </button>
    </div>
  );
}

/** Chosen or not, part of a form. */
export function Checkbox({
  label,
  hint,
  checked,
  onChecked,
  disabled,
  quiet,
  mixed,
}: ToggleProps & { mixed?: boolean | undefined }) {
  return (
    <label class={cx("ui-check", disabled && "ui-disabled")}>
      <input
        type="checkbox"
        checked={checked}
        indeterminate={mixed === true}
        disabled={disabled}
        onChange={(event) => onChecked(event.currentTarget.checked)}
      />
      <span class="ui-box" aria-hidden="true">
        {mixed ? <Minus size={14} strokeWidth={2.5} /> : checked ? <Check size={14} strokeWidth={2.5} /> : null}
      </span>
      <span class={quiet ? "ui-hidden" : "ui-check-words"}>
        <span>{label}</span>
        {hint && <span class="ui-about">{hint}</span>}
      </span>
    </label>
  );
}

export interface Choice<T extends string> {
  id: T;
  label: string;
  icon?: ComponentChildren;
  count?: number | undefined;
  /** Draws attention to the count. */
  lively?: boolean | undefined;
}

interface ChoicesProps<T extends string> {
  label: string;
  choices: readonly Choice<T>[];
  value: T;
  onChoose: (id: T) => void;
  class?: string | undefined;
}

/** Moves through a row of choices with the arrow keys, as radio groups and tabs do. */
function useRow<T extends string>(choices: readonly Choice<T>[], value: T, onChoose: (id: T) => void) {
  const row = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const backwards = getComputedStyle(document.documentElement).direction === "rtl" ? "ArrowRight" : "ArrowLeft";
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: 1, ArrowDown: 1, ArrowUp: -1, [backwards]: -1 };
    const at = choices.findIndex((choice) => choice.id === value);
    const step = steps[event.key];
    const to =
      event.key === "Home" ? 0 : event.key === "End" ? choices.length - 1 : step === undefined ? -1 : at + step;
    const next = choices[to === -1 && step !== undefined ? choices.length - 1 : to % choices.length];
    if (!next || (step === undefined && event.key !== "Home" && event.key !== "End")) return;
    event.preventDefault();
    onChoose(next.id);
    row.current?.querySelector<HTMLElement>(`[data-choice="${next.id}"]`)?.focus();
  };
  return { row, onKeyDown };
}

/** A few choices of one kind, all visible. */
export function Segmented<T extends string>({ label, choices, value, onChoose, class: extra }: ChoicesProps<T>) {
  const { row, onKeyDown } = useRow(choices, value, onChoose);
  // Where none is chosen, the keyboard enters at the first.
  const entry = choices.find((choice) => choice.id === value) ?? choices[0];
  return (
    <div ref={row} role="radiogroup" aria-label={label} class={cx("ui-segmented", extra)} onKeyDown={onKeyDown}>
      {choices.map((choice) => (
        // biome-ignore lint/a11y/useSemanticElements: a radio input cannot be drawn as a segment with an icon and a count
        <button
          key={choice.id}
          type="button"
          role="radio"
          data-choice={choice.id}
          aria-checked={choice.id === value ? "true" : "false"}
          tabIndex={choice === entry ? 0 : -1}
          onClick={() => onChoose(choice.id)}
        >
          {choice.icon}
          <span>{choice.label}</span>
          {choice.count !== undefined && (
            <span class={cx("ui-tally", choice.lively && "ui-lively")}>{choice.count}</span>
          )}
        </button>
      ))}
    </div>
  );
}

/** Tabs over one panel; the panel is `TabPanel` with the same `id`. */
export function Tabs<T extends string>({
  id,
  label,
  choices,
  value,
  onChoose,
  class: extra,
}: ChoicesProps<T> & { id: string }) {
  const { row, onKeyDown } = useRow(choices, value, onChoose);
  return (
    <div ref={row} role="tablist" aria-label={label} class={cx("ui-tabs", extra)} onKeyDown={onKeyDown}>
      {choices.map((choice) => (
        <button
          key={choice.id}
          type="button"
          role="tab"
          id={`${id}-${choice.id}`}
          data-choice={choice.id}
          aria-controls={`${id}-panel`}
          aria-selected={choice.id === value ? "true" : "false"}
          tabIndex={choice.id === value ? 0 : -1}
          onClick={() => onChoose(choice.id)}
        >
          {choice.icon}
          <span>{choice.label}</span>
          {choice.count !== undefined && (
            <span class={cx("ui-tally", choice.lively && "ui-lively")}>{choice.count}</span>
          )}
        </button>
      ))}
    </div>
  );
}

/** What a tab shows. */
export function TabPanel({
  id,
  value,
  children,
  class: extra,
}: {
  id: string;
  value: string;
  children: ComponentChildren;
  class?: string;
}) {
  return (
    <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`} class={extra}>
      {children}
    </div>
  );
}
