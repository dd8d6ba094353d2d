/** Sending again: a range of time, all that was missed since a moment, and how far it is. */
import { Button, Checkbox, Dialog, Field, Notice, Picker, toast } from "@halloo/ui";
import { ChevronDown } from "lucide-preact";
import { useState } from "preact/hooks";
import { Refusal } from "../data/api.ts";
import { useQuery } from "../data/query.ts";
import { reasonOf } from "../data/reason.ts";
import { t } from "../i18n.ts";
import { fieldOf, momentOf } from "./model.ts";
import { catalogueQuery, enableHook, look, recover, replayRange } from "./queries.ts";
import { DELIVERY_STATES, type DeliveryState, type HookView } from "./types.ts";
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
