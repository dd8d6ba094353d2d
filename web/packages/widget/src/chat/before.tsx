/** The first screen of a conversation that wants to know something first. */
import { useRef } from "preact/hooks";
import { NEW, type State } from "../frame/engine.ts";
import { submitForm } from "../frame/submit.ts";
import { FormCard } from "./form.tsx";
import { useAround } from "./hooks.ts";
import { threadItems } from "./items.ts";
import { Bubble, Greeting } from "./thread.tsx";

const FAR = 120;

export function Before({ state, onRead }: { state: State; onRead: (away: boolean) => void }) {
  const { engine, t } = useAround();
  const form = engine.record.config.v1.pre_conversation_form;
  // What is typed lives in the form; what was typed a page ago is read once.
  const first = useRef(engine.form.values());
  if (!form) return null;
  const waiting = threadItems(
    [],
    state.outbox.filter(({ thread }) => thread === NEW),
    0,
  );
  return (
    <div class="h-scroll h-before" onScroll={(event) => onRead(event.currentTarget.scrollTop > FAR)}>
      <ol>
        <Greeting state={state} />
        {waiting.map((item) => (item.kind === "message" ? <Bubble key={item.key} line={item} thread={NEW} /> : null))}
      </ol>
      <section class="h-sheet" aria-labelledby="h-before-title">
        <h2 id="h-before-title" dir="auto">
          {form.title || t("form_title")}
        </h2>
        <FormCard
          key={form.hash}
          form={form}
          name="h-before"
          values={first.current}
          refused={state.form.errors}
          submitLabel={form.submit_label || t("form_submit")}
          onDraft={engine.form.draft}
          onSubmit={(fields, trap) => submitForm(engine, fields, trap)}
        />
      </section>
    </div>
  );
}
