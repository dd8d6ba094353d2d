/** Sending again: a range of time, all that was missed since a moment, and how far it is. */
import { Button, Checkbox, Dialog, Field, Notice, Picker, toast } from "@halloo/ui";
import { ChevronDown, Square } from "lucide-preact";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { Refusal } from "../data/api.ts";
import { useQuery } from "../data/query.ts";
import { reasonOf } from "../data/reason.ts";
import { formatNumber, formatPercent, t } from "../i18n.ts";
import { Confirm } from "../shell/confirm.tsx";
import { fieldOf, momentOf } from "./model.ts";
import {
  catalogueQuery,
  enableHook,
  look,
  recover,
  replayQuery,
  replayRange,
  stopReplay,
  useEvery,
} from "./queries.ts";
import { DELIVERY_STATES, type DeliveryState, type HookView, type ReplayView } from "./types.ts";
import { eventWords, stateWords } from "./words.tsx";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface MomentFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
}

/** A day and time, in the reader's own time. */
export function MomentField({ label, value, onValue, hint, error }: MomentFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {({ id, describedBy, invalid }) => (
        <span class={invalid ? "ui-input ui-invalid" : "ui-input"}>
          <input
            type="datetime-local"
            id={id}
            value={value}
            max={fieldOf(Date.now() + DAY)}
            aria-describedby={describedBy}
            aria-invalid={invalid ? "true" : undefined}
            onInput={(event) => onValue(event.currentTarget.value)}
          />
        </span>
      )}
    </Field>
  );
}

/** What a refusal of a replay says. */
function whyNot(error: unknown): string {
  if (error instanceof Refusal && error.code === "replay_running") return t("hooks_replay_running");
  if (error instanceof Refusal && error.code === "range_invalid") return t("hooks_range_invalid");
  return reasonOf(error);
}

/** Runs what a dialog asks for. */
function useAsk(hook: HookView, onClose: () => void) {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const ask = async (task: () => Promise<string>) => {
    setBusy(true);
    setTrouble(null);
    try {
      toast({ text: await task(), tone: "good" });
      look(hook.id);
      onClose();
    } catch (error) {
      setTrouble(whyNot(error));
      setBusy(false);
    }
  };
  return { busy, trouble, ask };
}

type Shown = { readonly hook: HookView; readonly onClose: () => void };

const started = (count: number): string =>
  count === 0 ? t("hooks_replay_nothing") : t("hooks_replay_started", { count });

export function RangeDialog({ hook, onClose }: Shown) {
  const [from, setFrom] = useState(() => fieldOf(Date.now() - HOUR));
  const [to, setTo] = useState(() => fieldOf(Date.now() + 60_000));
  const [events, setEvents] = useState<readonly string[]>([]);
  const [states, setStates] = useState<readonly DeliveryState[]>([]);
  const catalogue = useQuery(catalogueQuery).data ?? [];
  const { busy, trouble, ask } = useAsk(hook, onClose);
  const [start, end] = [momentOf(from), momentOf(to)];
  const wrong = start !== null && end !== null && start >= end;
  const submit = (event: Event) => {
    event.preventDefault();
    if (start === null || end === null || wrong) return;
    void ask(async () => {
      const made = await replayRange(hook.id, {
        from: start,
        to: end,
        ...(events.length > 0 ? { events } : {}),
        ...(states.length > 0 ? { states } : {}),
      });
      return started(made.count);
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("hooks_replay_range")}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" form="hook-range" busy={busy} disabled={start === null || end === null}>
            {t("hooks_replay")}
          </Button>
        </>
      }
    >
      <form noValidate id="hook-range" class="in-form" onSubmit={submit}>
        <p class="in-soft">{t("hooks_replay_range_text")}</p>
        <div class="in-grid">
          <MomentField label={t("from")} value={from} onValue={setFrom} />
          <MomentField
            label={t("hooks_to")}
            value={to}
            onValue={setTo}
            error={wrong ? t("hooks_range_invalid") : undefined}
          />
        </div>
        <Field label={t("hooks_events")}>
          {({ id }) => (
            <Picker
              several
              wide
              label={t("hooks_events")}
              search={t("hooks_events_search")}
              empty={t("nothing_found")}
              chosen={events}
              options={catalogue
                .filter((event) => event.class === "fact")
                .map((event) => ({ id: event.name, label: event.name, hint: eventWords(event) }))}
              onPick={(id) => setEvents((now) => (now.includes(id) ? now.filter((one) => one !== id) : [...now, id]))}
              trigger={(props) => (
                <button type="button" {...props} id={id} class="ui-input ui-select">
                  <span class="ui-select-value">
                    {events.length === 0
                      ? t("hooks_events_of_hook")
                      : t("hooks_events_count", { count: events.length })}
                  </span>
                  <ChevronDown size={16} />
                </button>
              )}
            />
          )}
        </Field>
        <fieldset class="in-checks">
          <legend class="ui-label">{t("hooks_only_states")}</legend>
          <p class="ui-about">{t("hooks_only_states_hint")}</p>
          <div class="in-state-checks">
            {DELIVERY_STATES.filter((state) => state !== "pending").map((state) => (
              <Checkbox
                key={state}
                label={stateWords(state)}
                checked={states.includes(state)}
                onChecked={(on) => setStates((now) => (on ? [...now, state] : now.filter((one) => one !== state)))}
              />
            ))}
          </div>
        </fieldset>
        {trouble && <Notice tone="bad">{trouble}</Notice>}
      </form>
    </Dialog>
  );
}

/** The moment from which it is natural to recover: the first failure, else a day ago. */
const outage = (hook: HookView): number => (hook.failing_since ? Date.parse(hook.failing_since) : Date.now() - DAY);

export function RecoverDialog({ hook, onClose }: Shown) {
  const [since, setSince] = useState(() => fieldOf(outage(hook)));
  const { busy, trouble, ask } = useAsk(hook, onClose);
  const moment = momentOf(since);
  const submit = (event: Event) => {
    event.preventDefault();
    if (moment !== null) void ask(async () => started((await recover(hook.id, moment)).count));
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("hooks_recover")}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" form="hook-recover" busy={busy} disabled={moment === null}>
            {t("hooks_recover_go")}
          </Button>
        </>
      }
    >
      <form noValidate id="hook-recover" class="in-form" onSubmit={submit}>
        <p class="in-soft">{t("hooks_recover_text")}</p>
        <MomentField label={t("hooks_since_label")} value={since} onValue={setSince} />
        {trouble && <Notice tone="bad">{trouble}</Notice>}
      </form>
    </Dialog>
  );
}

/** Switching on again, with what was missed if one likes. */
export function EnableDialog({ hook, onClose }: Shown) {
  const [missed, setMissed] = useState(true);
  const [since, setSince] = useState(() => fieldOf(hook.failing_since ? outage(hook) : Date.parse(hook.updated_at)));
  const { busy, trouble, ask } = useAsk(hook, onClose);
  const moment = momentOf(since);
  const submit = (event: Event) => {
    event.preventDefault();
    void ask(async () => {
      await enableHook(hook.id, missed ? moment : null);
      return t("hooks_enabled_toast", { name: hook.name });
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("hooks_enable_title", { name: hook.name })}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" form="hook-enable" busy={busy} disabled={missed && moment === null}>
            {t("hooks_enable")}
          </Button>
        </>
      }
    >
      <form noValidate id="hook-enable" class="in-form" onSubmit={submit}>
        <Checkbox
          label={t("hooks_enable_recover")}
          hint={t("hooks_enable_recover_hint")}
          checked={missed}
          onChecked={setMissed}
        />
        {missed && <MomentField label={t("hooks_since_label")} value={since} onValue={setSince} />}
        {trouble && <Notice tone="bad">{trouble}</Notice>}
      </form>
    </Dialog>
  );
}

const LOOK_MS = 1_000;

/** How much of a replay is behind it. */
export const shareOf = (replay: ReplayView): number => {
  const ended = replay.delivered + replay.failed;
  const all = ended + replay.left;
  return all === 0 ? (replay.state === "running" ? 0 : 1) : ended / all;
};

/** A replay on its way, with the button that stops it. */
export function Progress({ hook, replay, may }: { hook: HookView; replay: string; may: boolean }) {
  const query = useQuery(replayQuery(hook.id, replay));
  const [asking, setAsking] = useState(false);
  const now = query.data;
  useEvery(query.refetch, LOOK_MS, !query.isError && now?.state !== "done" && now?.state !== "cancelled");
  const stop = async () => {
    try {
      await stopReplay(hook.id, replay);
    } catch (error) {
      complain(error);
    }
    look(hook.id);
  };
  if (!now) return null;
  const share = shareOf(now);
  return (
    <section class="in-card in-replay" aria-label={t("hooks_replay_progress")}>
      <div class="in-replay-head">
        <strong>{t(now.kind === "recover" ? "hooks_recovering" : "hooks_replaying")}</strong>
        <span class="in-quiet" role="status">
          {t("hooks_replay_counts", {
            delivered: formatNumber(now.delivered),
            failed: formatNumber(now.failed),
            left: formatNumber(now.left),
          })}
        </span>
        {may && now.state === "running" && (
          <Button size="small" icon={<Square size={14} />} onClick={() => setAsking(true)}>
            {t("hooks_replay_stop")}
          </Button>
        )}
      </div>
      <div
        class="in-replay-bar"
        role="progressbar"
        aria-label={t("hooks_replay_progress")}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={formatPercent(share)}
      >
        <span style={{ width: `${share * 100}%` }} />
      </div>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t("hooks_replay_stop_title")}
        text={t("hooks_replay_stop_text", { count: now.left })}
        action={t("hooks_replay_stop")}
        onConfirm={() => void stop()}
      />
    </section>
  );
}
