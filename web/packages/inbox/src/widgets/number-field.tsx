import { TextField } from "@halloo/ui";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n.ts";

interface NumberFieldProps {
  label: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  value: number | null;
  low?: number;
  high?: number;
  /** Takes fractions and a sign, too. */
  any?: boolean;
  /** Empty is an answer: no number. */
  optional?: boolean;
  placeholder?: string;
  end?: ComponentChildren;
  onValue: (value: number | null) => void;
}

/** A number within limits: what is outside of them is said while one types, and not taken. */
export function NumberField(props: NumberFieldProps) {
  const { label, hint, value, low = -Infinity, high = Infinity, any, optional, placeholder, end, onValue } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const clean = (text: string) => (any ? text.replace(",", ".").replace(/[^\d.-]/g, "") : text.replace(/\D/g, ""));
  const read = (text: string): number | null | undefined => {
    if (text === "") return optional ? null : undefined;
    const number = Number(text);
    return Number.isFinite(number) && number >= low && number <= high ? number : undefined;
  };
  const wrong = typed !== null && read(typed) === undefined;
  const limits = any ? t("not_a_number") : t("between", { low, high });
  return (
    <TextField
      label={label}
      hint={hint}
      inputMode="numeric"
      dir="ltr"
      end={end}
      placeholder={placeholder}
      value={typed ?? (value === null ? "" : String(value))}
      error={wrong ? limits : props.error}
      onValue={(text) => {
        const next = clean(text).slice(0, 15);
        setTyped(next);
        const number = read(next);
        if (number !== undefined) onValue(number);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}
