/** What may stand in a form's field: the server's rules (embedding contract 8.4), with words for people. Pure. */
import type { MessageKey, Values } from "@halloo/core";
import type { Fields } from "../frame/engine.ts";
import type { FormField } from "../frame/record.ts";
import { isEmail, isPhone } from "../frame/values.ts";
import type { Messages } from "./hooks.ts";

/** What is wrong, as a sentence's key and what fills it. */
export interface Problem {
  readonly key: MessageKey<Messages>;
  readonly values?: Values;
}

const REQUIRED: Partial<Record<FormField["type"], MessageKey<Messages>>> = {
  rating: "form_choose",
  select: "form_choose",
  radio: "form_choose",
};

/** Digits of any script that keyboards of our languages type, as 0–9. */
const latin = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace(/\u066b/g, ".");

/** The number as people of this language write it, with point or comma; null where it is none. */
export function readNumber(text: string, language: string): number | null {
  const plain = latin(text).replace(/[\s\u066c']/g, "");
  const comma = new Intl.NumberFormat(language).format(1.5).includes(",");
  const [point, group] = comma ? [",", "."] : [".", ","];
  // A lone separator of the other kind is the decimal point all the same, unless three digits follow.
  const grouped = new RegExp(`^-?\\d{1,3}(\\${group}\\d{3})+(\\${point}\\d+)?$`).test(plain);
  const number = (grouped ? plain.replaceAll(group, "") : plain).replace(",", ".");
  return /^-?\d+(\.\d+)?$/.test(number) ? Number(number) : null;
}

const isChoice = (field: FormField, value: unknown): boolean =>
  (field.options ?? []).some((option) => option.value === value);

/** A remembered value where the field can still hold it, as its control wants it; else nothing. */
export function fit(field: FormField, value: unknown): unknown {
  switch (field.type) {
    case "rating":
      return typeof value === "number" && value <= (field.scale ?? 5) ? value : undefined;
    case "select":
    case "radio":
      return isChoice(field, value) ? value : undefined;
    case "checkbox":
      if (!field.options?.length) return value === true;
      return Array.isArray(value) ? value.filter((one) => isChoice(field, one)) : [];
    default:
      return typeof value === "string" || typeof value === "number" ? String(value) : "";
  }
}

const isNothing = (value: unknown): boolean =>
  value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

/** The value as the server takes it; nothing where the field was left empty. */
export function wireValue(field: FormField, value: unknown, language: string): unknown {
  if (typeof value !== "string") return isNothing(value) ? undefined : value;
  const text = field.type === "textarea" ? value : value.trim();
  if (text === "") return undefined;
  if (field.type === "number") return readNumber(text, language) ?? text;
  return field.type === "phone" ? latin(text) : text;
}

/** What is wrong with a value; null where nothing is. */
export function problemOf(field: FormField, given: unknown, language: string): Problem | null {
  const value = wireValue(field, given, language);
  if (value === undefined || value === false) {
    if (!field.required) return null;
    if (field.type === "checkbox") return { key: field.options?.length ? "form_choose" : "form_tick" };
    return { key: REQUIRED[field.type] ?? "form_required" };
  }
  switch (field.type) {
    case "email":
      return isEmail(String(value)) ? null : { key: "form_email" };
    case "phone":
      return isPhone(String(value)) ? null : { key: "form_phone" };
    case "number":
      return numberProblem(field, value);
    case "text":
    case "textarea": {
      const over = [...String(value)].length - (field.max_length ?? Number.POSITIVE_INFINITY);
      return over > 0 ? { key: "too_long", values: { count: over } } : null;
    }
    default:
      return null;
  }
}

function numberProblem({ min, max }: FormField, value: unknown): Problem | null {
  if (typeof value !== "number") return { key: "form_number" };
  if (typeof min === "number" && value < min) return { key: "form_min", values: { min } };
  return typeof max === "number" && value > max ? { key: "form_max", values: { max } } : null;
}

/** Everything that was filled in, as the server takes it. */
export function wireFields(fields: readonly FormField[], values: Fields, language: string): Fields {
  const all = fields.map((field) => [field.id, wireValue(field, values[field.id], language)] as const);
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

/** The words for a code of the server. */
export const problemOfCode = (code: string): Problem => ({
  key: code === "field_required" ? "form_required" : "form_refused",
});
