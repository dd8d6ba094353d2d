/** What the other side answers: one of some choices, or a value. The answer changes the message itself, on every screen. */
import { Check, ExternalLink, SendHorizontal } from "lucide-preact";
import { useId, useRef, useState } from "preact/hooks";
import { cx } from "../dom.ts";
import type { MessageContext } from "./context.ts";
import { RichText } from "./rich.tsx";
import { type Choice, chosen, type FieldContent, type PickerContent } from "./shapes.ts";
import type { Words } from "./words.ts";

const VALUE_MAX = 2000;

/** Why an answer was not taken, in the reader's words. */
export function whyNot(error: unknown, words: Words): string {
  const code = (error as { code?: unknown } | null)?.code;
  switch (code) {
    case "offline":
      return words("answer_offline");
    case "rate_limited":
      return words("answer_wait");
    case "message_not_found":
    case "conversation_not_found":
      return words("answer_gone");
    case "conversation_forbidden":
    case "visitor_blocked":
      return words("answer_forbidden");
    default:
      return words("answer_refused");
  }
}

/** Sends answers one at a time; `pending` is the one under way. */
function useAnswer<Value>(context: MessageContext, words: Words) {
  const [pending, setPending] = useState<{ readonly value: Value } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const give = async (value: Value, content: unknown): Promise<boolean> => {
    if (context.answer === null || pending !== null) return false;
    setPending({ value });
    setProblem(null);
    try {
      await context.answer(content);
      return true;
    } catch (error) {
      setProblem(whyNot(error, words));
      return false;
    } finally {
      setPending(null);
    }
  };
  return { pending, problem, setProblem, give };
}

function Problem({ text }: { text: string | null }) {
  return (
    <p class="u-problem" role="alert">
      {text}
    </p>
  );
}

interface QuestionProps<Content> {
  readonly content: Content;
  readonly raw: unknown;
  readonly context: MessageContext;
  readonly words: Words;
}

function Inside({ choice, on }: { choice: Choice; on: boolean }) {
  return (
    <>
      {choice.icon !== "" && <span aria-hidden="true">{choice.icon}</span>}
      <span class="u-choice-label">{choice.label}</span>
      {on ? (
        <Check class="u-choice-mark" size={18} strokeWidth={2.25} aria-hidden="true" />
      ) : (
        choice.target !== null && <ExternalLink class="u-choice-out" size={16} strokeWidth={1.75} aria-hidden="true" />
      )}
    </>
  );
}

export function PickerCard({ content, raw, context, words }: QuestionProps<PickerContent>) {
  const id = useId();
  const { pending, problem, give } = useAnswer<string | null>(context, words);
  const taken = content.choices.find((one) => one.selected)?.value ?? null;
  const shown = pending === null ? taken : pending.value;
  const choose = (value: string): void => {
    const next = value === shown ? null : value;
    // What has to be answered is changed, not taken back.
    if (next === null && content.required) return;
    void give(next, chosen(raw, next));
  };
  return (
    <fieldset class="u-card u-question" dir="auto" aria-labelledby={id} aria-busy={pending !== null}>
      <div id={id} class="u-question-text">
        <RichText text={content.text} />
      </div>
      <ul class={cx("u-choices", shown !== null && "u-answered")}>
        {content.choices.map((choice) => {
          const on = choice.value === shown;
          const look = cx("u-choice", on && "u-on");
          return (
            <li key={choice.value}>
              {context.answer === null ? (
                <div class={look}>
                  <Inside choice={choice} on={on} />
                  {on && <span class="u-hidden">{words("chosen")}</span>}
                </div>
              ) : choice.target !== null ? (
                <a
                  class={look}
                  href={choice.target}
                  target="_blank"
                  rel="noopener noreferrer"
                  onClick={() => !on && choose(choice.value)}
                >
                  <Inside choice={choice} on={on} />
                  <span class="u-hidden">{words(on ? "chosen" : "new_tab")}</span>
                </a>
              ) : (
                <button
                  type="button"
                  class={look}
                  aria-pressed={on}
                  aria-disabled={pending !== null}
                  onClick={() => choose(choice.value)}
                >
                  <Inside choice={choice} on={on} />
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {context.answer === null && shown === null && <p class="u-quiet">{words("not_answered")}</p>}
      <Problem text={problem} />
    </fieldset>
  );
}

export function FieldCard({ content, context, words }: QuestionProps<FieldContent>) {
  const id = useId();
  const input = useRef<HTMLTextAreaElement>(null);
  const { pending, problem, setProblem, give } = useAnswer<string>(context, words);
  const [draft, setDraft] = useState<string | null>(null);
  const value = pending === null ? content.value : pending.value;
  const writing = context.answer !== null && pending === null && (content.value === "" || draft !== null);
  const send = async (): Promise<void> => {
    const text = (draft ?? "").trim();
    if (text === "" && (content.required || content.value === "")) {
      setProblem(words("answer_needed"));
      input.current?.focus();
      return;
    }
    if (text === content.value || (await give(text, { value: text }))) setDraft(null);
  };
  return (
    <div class="u-card u-question" dir="auto">
      <div id={id} class="u-question-text">
        <RichText text={content.text} />
      </div>
      {content.explain !== "" && (
        <p id={`${id}-more`} class="u-quiet">
          {content.explain}
        </p>
      )}
      {writing ? (
        <form
          class="u-answer"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <textarea
            ref={input}
            rows={1}
            dir={(draft ?? content.value) === "" ? undefined : "auto"}
            maxLength={VALUE_MAX}
            value={draft ?? content.value}
            placeholder={words("answer_placeholder")}
            aria-labelledby={id}
            aria-describedby={content.explain === "" ? undefined : `${id}-more`}
            aria-invalid={problem !== null}
            onInput={(event) => {
              setDraft(event.currentTarget.value);
              setProblem(null);
            }}
            onKeyDown={(event) => {
              if (event.isComposing || event.shiftKey || event.key !== "Enter") return;
              event.preventDefault();
              void send();
            }}
          />
          <button type="submit" class="u-answer-send" aria-label={words("answer_send")}>
            <SendHorizontal class="u-mirror" size={18} strokeWidth={1.75} aria-hidden="true" />
          </button>
        </form>
      ) : value === "" ? (
        <p class="u-quiet">{words("not_answered")}</p>
      ) : (
        <div class="u-given">
          <Check size={16} strokeWidth={2.25} aria-hidden="true" />
          <span class="u-hidden">{words("answer")}: </span>
          <span class="u-given-value" dir="auto">
            {value}
          </span>
          {context.answer !== null && pending === null && (
            <button type="button" class="u-text-button" onClick={() => setDraft(content.value)}>
              {words("answer_change")}
            </button>
          )}
        </div>
      )}
      <Problem text={problem} />
    </div>
  );
}
