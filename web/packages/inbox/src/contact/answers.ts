/** What a conversation carries beside its messages, made readable: answers of the form before it, and other metadata. */
import type { FormField } from "../widgets/forms/model.ts";

export interface Answer {
  readonly id: string;
  /** The question as it was asked, where it is known. */
  readonly label: string;
  readonly asked: boolean;
  readonly value: unknown;
}

/** Kept for the feedback, which has a place of its own. */
const FEEDBACK = "feedback_form";

const labelled = (field: FormField | undefined, value: unknown): unknown => {
  const option = (one: unknown) => field?.options?.find((other) => other.value === one)?.label ?? one;
  return Array.isArray(value) ? value.map(option) : option(value);
};

/** The entries of `custom_metadata`, first those that a field of the form asked for, in the order of the form. */
export function answersOf(metadata: Readonly<Record<string, unknown>>, fields: readonly FormField[]): Answer[] {
  const entries = Object.entries(metadata).filter(([id, value]) => id !== FEEDBACK && value !== null && value !== "");
  const place = (id: string) => fields.findIndex((field) => field.id === id);
  const made = entries.map(([id, value]): Answer => {
    const field = fields[place(id)];
    return { id, label: field?.label || id, asked: field !== undefined, value: labelled(field, value) };
  });
  return [
    ...made.filter((answer) => answer.asked).sort((a, b) => place(a.id) - place(b.id)),
    ...made.filter((answer) => !answer.asked),
  ];
}
