/** What a hook is: the form that makes one and the form that changes it. */
import { Badge, Button, Notice, TextField } from "@halloo/ui";
import { KeyRound } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Refusal } from "../data/api.ts";
import { reasonOf } from "../data/reason.ts";
import { formatNumber, type Key, t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import { NumberField } from "../widgets/number-field.tsx";
import { EventsField } from "./events-field.tsx";
import { HeadersField, type Pair } from "./headers-field.tsx";
import { type Draft, hasKey, headerTrouble, isPlain, urlTrouble, withKey } from "./model.ts";

export const EXAMPLE = "https://endpoint.example.com/crisp/hooks?key=KEY";

type Field = "name" | "url" | "events" | "headers" | "timeout_ms" | "max_in_flight";
export type Troubles = Partial<Record<Field, string>>;

const BY_CODE: Readonly<Record<string, readonly [Field, Key]>> = {
  name_empty: ["name", "hooks_name_empty"],
  url_scheme: ["url", "hooks_url_scheme"],
  url_host: ["url", "hooks_url_host"],
  url_port: ["url", "hooks_url_port"],
  url_userinfo: ["url", "hooks_url_userinfo"],
  url_fragment: ["url", "hooks_url_fragment"],
  url_too_long: ["url", "hooks_url_too_long"],
  url_blocked: ["url", "hooks_url_blocked"],
  plugin_needs_https: ["url", "hooks_plugin_needs_https"],
  events_empty: ["events", "hooks_events_empty"],
  event_unknown: ["events", "hooks_event_unknown"],
  event_needs_https: ["events", "hooks_event_needs_https"],
};

/** What the server refused, at its field; null where it is about none. */
export function refusedAt(error: unknown): Troubles | null {
  if (!(error instanceof Refusal)) return null;
  const known = BY_CODE[error.code];
  if (known) return { [known[0]]: t(known[1]) };
  const field = String(error.details["field"] ?? "");
  if (error.code === "header_forbidden") return { headers: t("error_value", { reason: error.message }) };
  return field === "timeout_ms" || field === "max_in_flight" || field === "name" ? { [field]: reasonOf(error) } : null;
}

/** What keeps a draft from being sent. */
export function troublesOf(draft: Draft, pairs: readonly Pair[]): Troubles {
  const url = urlTrouble(draft.url);
  return {
    ...(draft.name.trim() === "" ? { name: t("hooks_name_empty") } : {}),
    ...(url ? { url: t(`hooks_${url}`) } : {}),
    ...(draft.events.length === 0 ? { events: t("hooks_events_empty") } : {}),
    ...(pairs.some(([name, value]) => headerTrouble(name, value) !== null) ? { headers: t("hooks_headers_bad") } : {}),
  };
}

interface HookFormProps {
  readonly draft: Draft;
  readonly onDraft: (change: Partial<Draft>) => void;
  readonly pairs: readonly Pair[];
  readonly onPairs: (pairs: Pair[]) => void;
  readonly troubles: Troubles;
  readonly disabled: boolean;
  readonly plugin: boolean;
  /** The form was sent once: everything that is wrong is said. */
  readonly strict: boolean;
  /** Whether the calls are signed is changed elsewhere once there is a hook. */
  readonly signing: boolean;
}

export function HookForm(props: HookFormProps) {
  const { draft, onDraft, pairs, onPairs, troubles, disabled, plugin, strict, signing } = props;
  const plain = isPlain(draft.url);
  const typed = draft.url.trim() !== "";
  const bare = !plain && typed && urlTrouble(draft.url) === null && draft.signing === "none" && !hasKey(draft.url);
  return (
    <>
      <Card title={t("hooks_where")}>
        <TextField
          label={t("name")}
          hint={t("hooks_name_hint")}
          maxLength={100}
          disabled={disabled}
          value={draft.name}
          onValue={(name) => onDraft({ name })}
          error={troubles.name}
        />
        <TextField
          label={t("hooks_url")}
          type="url"
          inputMode="url"
          dir="ltr"
          autocomplete="off"
          spellcheck={false}
          maxLength={2048}
          disabled={disabled}
          placeholder={EXAMPLE}
          value={draft.url}
          onValue={(url) => onDraft({ url })}
          error={troubles.url}
          warning={plain ? t("hooks_url_plain") : undefined}
          hint={t("hooks_url_hint")}
        />
        {bare && !disabled && (
          <Notice
            action={
              <Button size="small" icon={<KeyRound size={16} />} onClick={() => onDraft({ url: withKey(draft.url) })}>
                {t("hooks_add_key")}
              </Button>
            }
          >
            {t("hooks_no_key")}
          </Notice>
        )}
      </Card>
      <Card title={t("hooks_events")} text={t("hooks_events_text")}>
        <EventsField
          chosen={draft.events}
          onChosen={(events) => onDraft({ events })}
          plain={plain}
          disabled={disabled}
          error={troubles.events}
        />
      </Card>
      {signing && !plugin && (
        <Card title={t("hooks_signing")}>
          <Choices
            quiet
            name="signing"
            label={t("hooks_signing")}
            disabled={disabled}
            value={draft.signing}
            onValue={(value) => onDraft({ signing: value })}
            choices={[
              { id: "none", label: t("hooks_signing_none"), hint: t("hooks_signing_none_text") },
              { id: "signed", label: t("hooks_signing_signed"), hint: t("hooks_signing_signed_text") },
            ]}
          />
        </Card>
      )}
      <Card title={t("hooks_how")}>
        <Choices
          name="ordered"
          label={t("hooks_order")}
          disabled={disabled}
          value={draft.ordered}
          onValue={(ordered) => onDraft({ ordered })}
          choices={[
            { id: "none", label: t("hooks_order_none"), hint: t("hooks_order_none_text"), badge: t("hooks_usual") },
            { id: "conversation", label: t("hooks_order_conversation"), hint: t("hooks_order_conversation_text") },
            { id: "all", label: t("hooks_order_all"), hint: t("hooks_order_all_text") },
          ]}
        />
        {draft.ordered !== "none" && <Notice tone="warn">{t("hooks_order_cost")}</Notice>}
        <Choices
          name="retry"
          label={t("hooks_retry")}
          disabled={disabled}
          value={draft.retry}
          onValue={(retry) => onDraft({ retry })}
          choices={[
            {
              id: "standard",
              label: t("hooks_retry_standard"),
              hint: t("hooks_retry_standard_text"),
              badge: t("hooks_usual"),
            },
            { id: "none", label: t("hooks_retry_none"), hint: t("hooks_retry_none_text") },
          ]}
        />
        <div class="in-grid">
          <SecondsField
            value={draft.timeout_ms}
            disabled={disabled}
            error={troubles.timeout_ms}
            onValue={(timeout_ms) => onDraft({ timeout_ms })}
          />
          <NumberField
            label={t("hooks_at_once")}
            hint={t("hooks_at_once_hint", { low: formatNumber(1), high: formatNumber(100) })}
            low={1}
            high={100}
            value={draft.max_in_flight}
            error={troubles.max_in_flight}
            onValue={(value) => value !== null && onDraft({ max_in_flight: value })}
          />
        </div>
        <HeadersField
          pairs={pairs}
          onPairs={onPairs}
          disabled={disabled}
          strict={strict}
          error={strict ? troubles.headers : undefined}
        />
      </Card>
    </>
  );
}

/** How long a receiver may take, in whole seconds. */
function SecondsField(props: {
  value: number;
  disabled: boolean;
  error: string | undefined;
  onValue: (ms: number) => void;
}) {
  return (
    <NumberField
      label={t("hooks_answer_time")}
      hint={t("hooks_answer_time_hint")}
      low={1}
      high={30}
      value={Math.round(props.value / 1000)}
      error={props.error}
      onValue={(value) => value !== null && props.onValue(value * 1000)}
    />
  );
}

interface ChoicesProps<T extends string> {
  readonly name: string;
  readonly label: string;
  /** The words around it say it already. */
  readonly quiet?: boolean;
  readonly value: T;
  readonly disabled: boolean;
  readonly onValue: (value: T) => void;
  readonly choices: readonly { id: T; label: string; hint: ComponentChildren; badge?: string }[];
}

/** One of a few, each with what it means. */
export function Choices<T extends string>({ name, label, quiet, value, disabled, onValue, choices }: ChoicesProps<T>) {
  return (
    <fieldset class="in-choices" disabled={disabled}>
      <legend class={quiet ? "ui-hidden" : "ui-label"}>{label}</legend>
      {choices.map((choice) => (
        <label key={choice.id} class="in-choice">
          <input
            type="radio"
            name={`hook-${name}`}
            value={choice.id}
            checked={choice.id === value}
            onChange={() => onValue(choice.id)}
          />
          <span class="in-choice-mark" aria-hidden="true" />
          <span class="in-choice-words">
            <span>
              {choice.label}
              {choice.badge && <Badge>{choice.badge}</Badge>}
            </span>
            <span class="ui-about">{choice.hint}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Fields of a hook while they are written; own headers as rows, so that half of one can stand there. */
export function useDraft(start: Draft) {
  const [draft, setDraft] = useState<Draft>(start);
  const [rows, setRows] = useState<Pair[]>(() => Object.entries(start.headers));
  const [refused, setRefused] = useState<Troubles>({});
  const change = (fields: Partial<Draft>) => {
    setDraft((now) => ({ ...now, ...fields }));
    setRefused((now) => Object.fromEntries(Object.entries(now).filter(([field]) => !(field in fields))));
  };
  const setPairs = (next: Pair[]) => {
    setRows(next);
    const { headers: _, ...rest } = refused;
    setRefused(rest);
    setDraft((now) => ({ ...now, headers: Object.fromEntries(next.filter(([name]) => name !== "")) }));
  };
  /** Begins again from what is stored. */
  const reset = (next: Draft) => {
    setDraft(next);
    setRows(Object.entries(next.headers));
    setRefused({});
  };
  const pairs = rows.filter(([name, value]) => name !== "" || value !== "");
  return { draft, change, rows, pairs, setPairs, refused, setRefused, reset };
}
