/**
 * The form before a conversation: whether it is due, what was typed, and who waits for it (embedding contract 8.4).
 *
 * Its key holds `{hash, fields}`. What is only typed has no hash, so that it counts like an answer to other questions: shown
 * again, filled in.
 */
import { Refusal } from "@halloo/core";
import type { Form } from "./record.ts";
import type { EngineOptions, Fields, FormState, Shared } from "./state.ts";
import { readMemory } from "./storage.ts";

interface Kept {
  readonly hash?: string;
  readonly fields?: Fields;
}

const isDue = (form: Form | null, once: boolean, { hash }: Kept): boolean =>
  form !== null && !(once && hash === form.hash);

/** Whether the form is due, as far as this browser remembers. */
export function firstForm({ record, store, keys }: EngineOptions): FormState {
  const { pre_conversation_form: form, pre_conversation_show_once: once } = record.config.v1;
  return { wanted: isDue(form, once, readMemory<Kept>(store, keys.form)), errors: {} };
}

/** The id of the field that a refusal speaks of; null where it speaks of none. */
export const fieldOf = (refusal: unknown): string | null => {
  const field = refusal instanceof Refusal ? refusal.details["field"] : null;
  return typeof field === "string" ? field.replace(/^(form|fields)\./, "") : null;
};

/** Whether the start of a conversation was refused for its form. */
export const isAboutForm = (error: unknown): boolean =>
  error instanceof Refusal && (error.code === "form_required" || String(error.details["field"]).startsWith("form"));

export type Forms = ReturnType<typeof createForms>;

export function createForms(shared: Shared) {
  const { store, keys } = shared.options;
  let waiting: { done: (fields: Fields | null) => void; fail: (why: Refusal) => void }[] = [];

  const form = (): Form | null => shared.record.config.v1.pre_conversation_form;
  const read = (): Kept => readMemory<Kept>(store, keys.form);
  const keep = (hash: string, fields: Fields): void => store.set(keys.form, JSON.stringify({ hash, fields }));
  const values = (): Fields => read().fields ?? {};

  return {
    values,
    /** Keeps what is being typed. */
    draft: (fields: Fields): void => keep("", fields),
    /** The values for a new conversation, as soon as the visitor has given them; null where nothing is asked. */
    given(): Promise<Fields | null> {
      if (!shared.state.form.wanted) return Promise.resolve(form() && values());
      return new Promise((done, fail) => waiting.push({ done, fail }));
    },
    /** The form was taken, or there is none any more: what waited for it goes on. */
    done(accepted: Fields | null): void {
      const now = form();
      if (now && accepted) keep(now.hash, accepted);
      shared.update({ form: { wanted: false, errors: {} } });
      for (const { done } of waiting) done(now && values());
      waiting = [];
    },
    /** The server wants the form before it starts a conversation: ask for it. Rejects where there is none to show. */
    async ask(why: unknown): Promise<void> {
      await shared.reread();
      if (!form()) throw why;
      const field = fieldOf(why);
      keep("", values());
      shared.update({ form: { wanted: true, errors: field && why instanceof Refusal ? { [field]: why.code } : {} } });
    },
    /** A conversation has begun: the next one may ask again. */
    begun(): void {
      shared.update({ form: firstForm({ ...shared.options, record: shared.record }) });
    },
    /** Another visitor: whatever waited is nobody's. */
    forget(why: Refusal): void {
      for (const { fail } of waiting) fail(why);
      waiting = [];
      shared.update({ form: firstForm({ ...shared.options, record: shared.record }) });
    },
  };
}
