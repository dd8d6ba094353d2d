/** Hooks in words: how one is, how its last call went, what an outcome means. */
import { Badge, cx } from "@halloo/ui";
import { formatAgo, formatMoment, type Key, t } from "../i18n.ts";
import { isGood, maskedUrl, urlParts } from "./model.ts";
import type { DeliveryState, HookEvent, HookView } from "./types.ts";

const OUTCOMES: Readonly<Record<string, Key>> = {
  success: "hooks_outcome_success",
  dns: "hooks_outcome_dns",
  blocked_address: "hooks_outcome_blocked_address",
  connect: "hooks_outcome_connect",
  connect_timeout: "hooks_outcome_connect_timeout",
  tls: "hooks_outcome_tls",
  write: "hooks_outcome_write",
  timeout: "hooks_outcome_timeout",
  protocol: "hooks_outcome_protocol",
  head_too_large: "hooks_outcome_head_too_large",
  redirect: "hooks_outcome_redirect",
  status: "hooks_outcome_status",
  too_large: "hooks_outcome_too_large",
  gone: "hooks_outcome_gone",
};

/** What came of an attempt; a name that is not known here is shown as it is. */
export const outcomeWords = (outcome: string): string => {
  const key = OUTCOMES[outcome];
  return key ? t(key) : outcome;
};

/** Outcome and status in a few words: “Succeeded · 200”, “No answer in time”. */
export function resultWords(outcome: string, status: number | null): string {
  const words = outcomeWords(outcome);
  return status === null ? words : `${words} · ${status}`;
}

export const stateWords = (state: DeliveryState): string => t(`hooks_delivery_${state}`);

const GROUPS = new Set([
  "messages",
  "conversations",
  "visitors",
  "contacts",
  "team",
  "calls",
  "files",
  "plugins",
  "mailings",
]);

export const groupWords = (group: string): string => (GROUPS.has(group) ? t(`hooks_group_${group}` as Key) : group);

/** What an event says that it is, in the reader's language; as the server wrote it where we have no words. */
export function eventWords(event: Pick<HookEvent, "name" | "sentence">): string {
  const bucket = /^bucket:url:(\w+):generated$/.exec(event.name);
  if (bucket) return t("hooks_event_bucket", { what: bucket[1] ?? "" });
  const key = `hooks_of_${event.name.replaceAll(":", "_")}`;
  const words = t(key as Key);
  return words === key ? event.sentence : words;
}

/** A badge for what is not as it should be; nothing for a hook that works. */
export function HealthBadge({ hook }: { hook: HookView }) {
  if (hook.state === "active") return null;
  const own = hook.state === "disabled" && hook.disabled_reason === "operator";
  return (
    <Badge tone={own ? "grey" : hook.state === "failing" ? "warn" : "bad"}>{t(`hooks_state_${hook.state}`)}</Badge>
  );
}

/** The last call in the three forms of the document, with its status and time. */
export function LastCall({ hook, now }: { hook: HookView; now: number }) {
  const { last_call, last_call_at, last_status, last_error } = hook;
  if (last_call === "not_called" || last_call_at === null)
    return (
      <span class="in-hook-last">
        <span class="in-hook-dot" aria-hidden="true" />
        <span>{t("hooks_last_not_called")}</span>
      </span>
    );
  const good = last_call === "succeeded";
  const why = good ? null : last_error && last_error !== "status" ? outcomeWords(last_error) : null;
  const at = Date.parse(last_call_at);
  return (
    <span class={cx("in-hook-last", good ? "in-hook-good" : "in-hook-bad")}>
      <span class="in-hook-dot" aria-hidden="true" />
      <span>
        {t(good ? "hooks_last_succeeded" : "hooks_last_failed")}
        {last_status !== null && <b>{last_status}</b>}
      </span>
      <span class="in-hook-when">
        {why && <span>{why}</span>}
        <time dateTime={last_call_at} data-tip={formatMoment(at)}>
          {formatAgo(at, now)}
        </time>
      </span>
    </span>
  );
}

/** An address on one line: the host first, as much of the rest as there is room for. Its keys are for the form alone. */
export function Address({ url }: { url: string }) {
  const shown = maskedUrl(url);
  const { host, rest } = urlParts(shown);
  return (
    <span class="in-hook-url" dir="ltr" title={shown}>
      <b>{host}</b>
      <span>{rest}</span>
    </span>
  );
}

/** A mark before what succeeded, failed, waits, or failed and is tried again. */
export function Mark({ outcome, state }: { outcome?: string | null; state?: DeliveryState }) {
  const failed = outcome ? !isGood(outcome) : false;
  const good = state ? state === "delivered" : outcome ? !failed : false;
  const bad = state ? state === "exhausted" || state === "too_large" : failed;
  const late = state === "pending" && failed;
  return (
    <span
      class={cx("in-hook-dot", good && "in-hook-good", bad && "in-hook-bad", late && "in-hook-late")}
      aria-hidden="true"
    />
  );
}
