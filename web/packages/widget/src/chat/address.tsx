/** Where the visitor leaves an email address: for the answer, or for a link back to their conversations. */
import { Mail, MailCheck, X } from "lucide-preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Conversation, State } from "../frame/engine.ts";
import type { FormField } from "../frame/record.ts";
import { putAway } from "./away.ts";
import { Note } from "./form.tsx";
import { useAround } from "./hooks.ts";
import { Trouble } from "./question.tsx";
import { type Problem, problemOf } from "./rules.ts";

const CARD = "email";

interface AddressFormProps {
  /** Unique on the screen: the id of what is wrong. */
  readonly name: string;
  readonly first: string;
  readonly action: string;
  /** The visitor has asked for this form: its field gets the focus. */
  readonly wanted: boolean;
  readonly onSubmit: (email: string) => Promise<void>;
}

function AddressForm({ name, first, action, wanted, onSubmit }: AddressFormProps) {
  const { t, language, mobile } = useAround();
  const [email, setEmail] = useState(first);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLFormElement>(null);
  const field: FormField = {
    id: "email",
    type: "email",
    label: "",
    help: "",
    placeholder: "",
    required: true,
  };

  useEffect(() => {
    if (wanted && !mobile) box.current?.querySelector("input")?.focus();
  }, [wanted, mobile]);

  useEffect(() => {
    if (wanted || problem) box.current?.scrollIntoView({ block: "nearest" });
  }, [wanted, problem]);

  const submit = async (): Promise<void> => {
    const found = problemOf(field, email, language);
    setProblem(found);
    setRefusal(null);
    if (found) box.current?.querySelector("input")?.focus();
    if (found || busy) return;
    setBusy(true);
    await onSubmit(email.trim()).catch(setRefusal);
    setBusy(false);
  };

  return (
    <form
      ref={box}
      class="h-form h-address"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div class={problem ? "h-address-row h-wrong" : "h-address-row"}>
        <input
          class="h-input"
          type="email"
          inputMode="email"
          autocomplete="email"
          aria-label={t("email_label")}
          placeholder={t("email_label")}
          aria-invalid={problem !== null}
          {...(problem ? { "aria-describedby": name } : {})}
          {...(email ? { dir: "ltr" as const } : {})}
          value={email}
          onInput={(event) => {
            setEmail(event.currentTarget.value);
            setProblem(null);
          }}
        />
        <button type="submit" class="h-primary" aria-disabled={busy}>
          {action}
        </button>
      </div>
      <Trouble id={name} problem={problem} />
      <Note refusal={refusal} />
    </form>
  );
}

/** After the first message, until somebody has answered: where else may the answer go? */
export function LeaveEmail({ conversation, state }: { conversation: Conversation; state: State }) {
  const { engine, t } = useAround();
  const [left, setLeft] = useState(false);
  const [changing, setChanging] = useState(false);
  const { me, mail, availability, memory } = state;
  const answered = state.threads[conversation.id]?.messages.some(({ from }) => from === "operator") ?? true;
  const waits = !answered && conversation.last_seq > 0;
  const asks = waits && (mail || !availability.open) && !me?.email;
  if (!changing && me?.email && !me.identified && waits && (mail || left)) {
    return (
      <li class="h-aside">
        <MailCheck size={18} strokeWidth={1.75} aria-hidden="true" />
        <span>{t("email_saved", { email: `\u2068${me.email}\u2069` })}</span>
        <button type="button" onClick={() => setChanging(true)}>
          {t("email_change")}
        </button>
      </li>
    );
  }
  if (!changing && (!asks || memory.away?.includes(CARD))) return null;
  return (
    <li class="h-sheet h-leave">
      <div class="h-sheet-head">
        <Mail size={18} strokeWidth={1.75} aria-hidden="true" />
        <p>{t("email_ask")}</p>
        <button
          type="button"
          class="h-tool"
          aria-label={t("not_now")}
          title={t("not_now")}
          onClick={() => {
            setChanging(false);
            if (!left) putAway(engine, CARD);
          }}
        >
          <X size={18} strokeWidth={1.75} />
        </button>
      </div>
      <AddressForm
        name="h-leave-email"
        first={me?.email ?? ""}
        action={t("save")}
        wanted={changing}
        onSubmit={async (email) => {
          await engine.leaveEmail(email);
          setLeft(true);
          setChanging(false);
        }}
      />
    </li>
  );
}

/** "Have you written before?": a link by mail to the conversations of an address. */
export function Resume({ state }: { state: State }) {
  const { engine, t } = useAround();
  const invalid = state.continued === "invalid";
  const [asked, setAsked] = useState(false);
  const [sent, setSent] = useState(false);
  const unknown = state.mail && state.me !== null && !state.me.identified && !state.me.email;
  if (!invalid && !unknown) return null;
  if (sent) {
    return (
      <p class="h-aside" role="status">
        <MailCheck size={18} strokeWidth={1.75} aria-hidden="true" /> {t("resume_sent")}
      </p>
    );
  }
  if (!invalid && !asked) {
    return (
      <button type="button" class="h-resume" onClick={() => setAsked(true)}>
        {t("resume_entry")}
      </button>
    );
  }
  return (
    <section class="h-sheet">
      <div class="h-sheet-head">
        <Mail size={18} strokeWidth={1.75} aria-hidden="true" />
        <p>{invalid ? t("resume_invalid") : t("resume_text")}</p>
      </div>
      <AddressForm
        name="h-resume-email"
        first=""
        action={t("resume_send")}
        wanted={asked}
        onSubmit={async (email) => {
          // The answer never says whether the address is known.
          await engine.ask("POST", "/continue-link", { email });
          setSent(true);
        }}
      />
    </section>
  );
}
