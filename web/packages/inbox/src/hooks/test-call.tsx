/** A test call: the event is chosen, sent once, and shown with all that came of it. */
import { Button, Dialog, Notice, Select } from "@halloo/ui";
import { Send } from "lucide-preact";
import { useState } from "preact/hooks";
import { Refusal } from "../data/api.ts";
import { useQuery } from "../data/query.ts";
import { reasonOf } from "../data/reason.ts";
import { t } from "../i18n.ts";
import { Attempt } from "./attempt.tsx";
import { catalogueQuery, look, testHook } from "./queries.ts";
import type { AttemptView, HookView } from "./types.ts";
import { eventWords } from "./words.tsx";

const PLAIN = "hook:test";

function whyNot(error: unknown): string {
  return error instanceof Refusal && error.status === 429 ? t("hooks_test_limit") : reasonOf(error);
}

export function TestDialog({ hook, onClose }: { hook: HookView; onClose: () => void }) {
  const [event, setEvent] = useState(PLAIN);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [attempt, setAttempt] = useState<AttemptView | null>(null);
  const catalogue = useQuery(catalogueQuery).data ?? [];
  const chosen = new Set(hook.events);
  // What the hook is told of comes first: that is what one wants to try.
  const events = [...catalogue].sort((a, b) => Number(chosen.has(b.name)) - Number(chosen.has(a.name)));
  const send = async () => {
    setBusy(true);
    setTrouble(null);
    try {
      setAttempt(await testHook(hook.id, event === PLAIN ? null : event));
      look(hook.id);
    } catch (error) {
      setAttempt(null);
      setTrouble(whyNot(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      size="large"
      title={t("hooks_test")}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("close")}</Button>
          <Button kind="primary" icon={<Send size={16} />} busy={busy} onClick={() => void send()}>
            {t(attempt ? "hooks_test_again" : "hooks_test_send")}
          </Button>
        </>
      }
    >
      <div class="in-form">
        <p class="in-soft">{t("hooks_test_text")}</p>
        <Select
          label={t("hooks_event")}
          search={t("hooks_events_search")}
          empty={t("nothing_found")}
          value={event}
          onValue={setEvent}
          options={[
            { id: PLAIN, label: PLAIN, hint: t("hooks_test_plain") },
            ...events.map((one) => ({ id: one.name, label: one.name, hint: eventWords(one) })),
          ]}
        />
        {trouble && <Notice tone="bad">{trouble}</Notice>}
        <div role="status">
          {busy ? (
            <p class="in-quiet">{t("hooks_test_waiting")}</p>
          ) : (
            attempt && <Attempt attempt={attempt} address={hook.url} />
          )}
        </div>
      </div>
    </Dialog>
  );
}
