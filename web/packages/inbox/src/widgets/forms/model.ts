/** Forms as their owner builds them: fields of nine types, ids made from labels, and what is wrong with them (embedding contract 8.4). */
import type { Key } from "../../i18n.ts";

export const FIELD_TYPES = [
  "text",
  "textarea",
  "email",
  "phone",
  "number",
  "select",
  "radio",
  "checkbox",
  "rating",
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

export const MAPS = ["name", "email", "phone", "company"] as const;
export type Maps = (typeof MAPS)[number];

export interface FormOption {
  readonly value: string;
  readonly label: string;
}

export interface FormField {
  readonly id: string;
  readonly type: FieldType;
  readonly label: string;
  readonly help?: string;
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly maps_to?: Maps | null;
  readonly max_length?: number;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly scale?: number;
  readonly options?: readonly FormOption[];
}

export interface Form {
  readonly id?: string;
  readonly name?: string;
  readonly title?: string;
  readonly submit_label?: string;
  readonly fields: readonly FormField[];
}

/** Which of the two forms of a widget: only the first may fill what is known of a person. */
export type FormKind = "pre" | "post";

export const MOST_FIELDS = 20;
export const MOST_OPTIONS = 30;
export const LIMITS = {
  id: 40,
  label: 120,
  help: 280,
  placeholder: 120,
  optionValue: 64,
  optionLabel: 120,
  length: 2000,
  scale: [3, 10],
} as const;
export const DEFAULT_LENGTH = { text: 200, textarea: 2000 } as const;
export const DEFAULT_SCALE = 5;

const RESERVED: readonly string[] = ["constructor", "prototype"];
const ID = /^[a-z][a-z0-9_]{0,39}$/;

/** The settings that a type has beyond those of all. */
const SETTINGS: Readonly<Record<FieldType, readonly (keyof FormField)[]>> = {
  text: ["max_length"],
  textarea: ["max_length"],
  email: [],
  phone: [],
  number: ["min", "max"],
  select: ["options"],
  radio: ["options"],
  checkbox: ["options"],
  rating: ["scale"],
};
const COMMON: readonly (keyof FormField)[] = ["id", "type", "label", "help", "placeholder", "required", "maps_to"];

export const hasOptions = (type: FieldType): boolean => SETTINGS[type].includes("options");
export const hasPlaceholder = (type: FieldType): boolean =>
  ["text", "textarea", "email", "phone", "number", "select"].includes(type);

/** How few options a type takes. */
export const fewestOptions = (type: FieldType): number => (type === "checkbox" ? 0 : 2);

/** A word of a-z, 0-9 and _ out of any text; empty where there is none in it. */
const slug = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");

/** The first of `base`, `base_2`, `base_3` … that is not taken. */
function free(base: string, taken: readonly string[], most: number): string {
  for (let number = 1; ; number += 1) {
    const end = number === 1 ? "" : `_${number}`;
    const made = `${base.slice(0, most - end.length)}${end}`;
    if (!taken.includes(made)) return made;
  }
}

/** An id out of a label: unlike the others', and allowed. */
export function idFrom(label: string, type: FieldType, taken: readonly string[]): string {
  const word = slug(label);
  const base = /^[a-z]/.test(word) && !RESERVED.includes(word) ? word : word === "" ? type : `field_${word}`;
  return free(base, taken, LIMITS.id);
}

/** The value of an option out of its label. */
export const valueFrom = (label: string, taken: readonly string[]): string =>
  free(slug(label) || label.trim() || "option", taken, LIMITS.optionValue);

/** Two options to begin with. */
const beginnings = (name: (number: number) => string): FormOption[] =>
  [1, 2].map((number) => ({ value: `option_${number}`, label: name(number) }));

/** A fresh field of a type. */
export function newField(
  type: FieldType,
  label: string,
  taken: readonly string[],
  optionName: (number: number) => string,
): FormField {
  const field = { id: idFrom(label, type, taken), type, label };
  return fewestOptions(type) > 0 && hasOptions(type) ? { ...field, options: beginnings(optionName) } : field;
}

/** The same question as another type: what the new type does not know is left out. */
export function asType(field: FormField, type: FieldType, optionName: (number: number) => string): FormField {
  const kept = [...COMMON, ...SETTINGS[type]];
  const made = Object.fromEntries(Object.entries({ ...field, type }).filter(([key]) => kept.includes(key as never)));
  const few = hasOptions(type) && (field.options?.length ?? 0) < fewestOptions(type);
  return { ...made, ...(few ? { options: beginnings(optionName) } : {}) } as unknown as FormField;
}

/** A form as visitors get it, every default filled in; its `hash` here is only unlike that of other fields. */
export function completeForm(form: Form): Form & { readonly hash: string } {
  const fields = form.fields.map((field) => ({
    help: "",
    placeholder: "",
    required: false,
    maps_to: null,
    ...(field.type === "text" || field.type === "textarea" ? { max_length: DEFAULT_LENGTH[field.type] } : {}),
    ...(field.type === "number" ? { min: null, max: null } : {}),
    ...(field.type === "rating" ? { scale: DEFAULT_SCALE } : {}),
    ...(hasOptions(field.type) ? { options: [] } : {}),
    ...field,
    label: field.label || field.id,
  }));
  return { id: "", name: "", title: "", submit_label: "", ...form, fields, hash: JSON.stringify(fields) };
}

/** The list with one item at another place. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const rest = items.filter((_, index) => index !== from);
  const item = items[from];
  return item === undefined ? [...items] : [...rest.slice(0, to), item, ...rest.slice(to)];
}

const counted = (items: readonly string[], item: string): number => items.filter((one) => one === item).length;

function optionProblems(field: FormField, at: string): [string, Key][] {
  const options = field.options ?? [];
  const values = options.map((option) => option.value);
  const few: [string, Key][] =
    hasOptions(field.type) && options.length < fewestOptions(field.type)
      ? [[`${at}.options`, "form_options_few" as const]]
      : [];
  const each = options.flatMap((option, index): [string, Key][] => [
    ...(option.label.trim() === "" ? [[`${at}.options[${index}].label`, "form_option_empty"] as [string, Key]] : []),
    ...(option.value === "" ? [[`${at}.options[${index}].value`, "form_option_empty"] as [string, Key]] : []),
    ...(counted(values, option.value) > 1
      ? [[`${at}.options[${index}].value`, "form_option_twice"] as [string, Key]]
      : []),
  ]);
  return [...few, ...each];
}

/** What is wrong with a form, by the path inside of it. */
export function problemsOf(form: Form): Readonly<Record<string, Key>> {
  const ids = form.fields.map((field) => field.id);
  const found: [string, Key][] = form.fields.length === 0 ? [["fields", "form_fields_none"]] : [];
  form.fields.forEach((field, index) => {
    const at = `fields[${index}]`;
    if (field.label.trim() === "") found.push([`${at}.label`, "form_label_empty"]);
    if (!ID.test(field.id) || RESERVED.includes(field.id)) found.push([`${at}.id`, "form_id_bad"]);
    else if (counted(ids, field.id) > 1) found.push([`${at}.id`, "form_id_twice"]);
    if (typeof field.min === "number" && typeof field.max === "number" && field.min > field.max)
      found.push([`${at}.max`, "form_max_below"]);
    found.push(...optionProblems(field, at));
  });
  return Object.fromEntries(found);
}
