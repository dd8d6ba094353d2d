/** A delivery beside the log: its attempts, one of them in full, and sending it again. */
import { Badge, Bone, Button, Dialog, Empty, TabPanel, Tabs, toast } from "@halloo/ui";
import { RotateCcw } from "lucide-preact";
import { useEffect, useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { Refusal } from "../data/api.ts";
import { useQuery } from "../data/query.ts";
import { formatMoment, formatNumber, t } from "../i18n.ts";
import { Link } from "../shell/link.tsx";
import { ListBroken } from "../shell/list-broken.tsx";
import { Attempt } from "./attempt.tsx";
import { attemptQuery, deliveryQuery, look, replayOne, useEvery } from "./queries.ts";
import type { DeliveryDetail, HookView } from "./types.ts";
import { Mark, stateWords } from "./words.tsx";

const LOOK_MS = 2_000;

interface DeliveryProps {
  readonly hook: HookView;
  readonly id: string;
  readonly may: boolean;
  readonly onOpen: (id: string) => void;
  readonly onClose: () => void;
}

export function Delivery({ hook, id, may, onOpen, onClose }: DeliveryProps) {
  const query = useQuery(deliveryQuery(hook.id, id));
  const [busy, setBusy] = useState(false);
  const delivery = query.data;
  useEvery(query.refetch, LOOK_MS, delivery?.state === "pending");
  const replay = async () => {
    setBusy(true);
    try {
      const made = await replayOne(hook.id, id);
      look(hook.id);
      toast({ text: t("hooks_replay_sent"), tone: "good" });
      onOpen(made.id);
    } catch (error) {
      if (error instanceof Refusal && error.code === "payload_expired")
        toast({ text: t("hooks_payload_expired"), tone: "bad" });
      else complain(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      side="end"
      class="in-delivery"
      title={delivery?.event ?? t("hooks_delivery")}
      closeLabel={t("close")}
      footer={
        may &&
        delivery && (
          <Button kind="primary" icon={<RotateCcw size={16} />} busy={busy} onClick={() => void replay()}>
            {t("hooks_replay_one")}
          </Button>
        )
      }
    >
      {delivery ? (
        <Shown hook={hook} delivery={delivery} />
      ) : query.isError ? (
        <Empty
          drawing="broken"
          title={query.error instanceof Refusal && query.error.status === 404 ? t("error_gone") : t("list_broken")}
          action={<Button onClick={() => void query.refetch()}>{t("try_again")}</Button>}
        />
      ) : (
        <Bones />
      )}
    </Dialog>
  );
}

function Bones() {
  return (
    <div class="in-delivery-body" aria-hidden="true">
      <Bone width={60} />
      <Bone width={40} />
      <Bone height={120} />
      <Bone height={200} />
    </div>
  );
}

function Shown({ hook, delivery }: { hook: HookView; delivery: DeliveryDetail }) {
  const list = delivery.attempt_list;
  const last = list.at(-1)?.n ?? null;
  const [chosen, setChosen] = useState<number | null>(null);
  const n = chosen ?? last;
  // A new attempt is shown as it comes, unless an older one is being read.
  useEffect(() => setChosen((now) => (now === last ? null : now)), [last]);
  return (
    <div class="in-delivery-body">
      <dl class="in-delivery-facts">
        <div>
          <dt>{t("state")}</dt>
          <dd>
            <span class="in-log-event">
              <Mark state={delivery.state} outcome={delivery.last_outcome} />
              {stateWords(delivery.state)}
              {delivery.replay && <Badge>{t("hooks_replayed")}</Badge>}
            </span>
          </dd>
        </div>
        <div>
          <dt>webhook-id</dt>
          <dd>
            <code dir="ltr">{delivery.webhook_id}</code>
          </dd>
        </div>
        {delivery.session_id && (
          <div>
            <dt>{t("conversation")}</dt>
            <dd>
              <Link
                to={{
                  page: "inbox",
                  state: "open",
                  whose: "all",
                  id: delivery.session_id.replace(/^session_/, ""),
                  at: null,
                }}
                class="in-log-link"
              >
                <code dir="ltr">{delivery.session_id}</code>
              </Link>
            </dd>
          </div>
        )}
        {delivery.state === "pending" && delivery.next_attempt_at && (
          <div>
            <dt>{t("hooks_next")}</dt>
            <dd>{hook.state === "open" ? t("hooks_next_open") : formatMoment(Date.parse(delivery.next_attempt_at))}</dd>
          </div>
        )}
      </dl>
      {n === null ? (
        <p class="in-quiet">{t(delivery.attempts > 0 ? "hooks_attempts_gone" : "hooks_attempts_none")}</p>
      ) : (
        <>
          <div class="in-attempt-tabs">
            <span aria-hidden="true">{t("hooks_attempts")}</span>
            <Tabs
              id="attempt"
              label={t("hooks_attempts")}
              value={String(n)}
              onChoose={(id) => setChosen(Number(id))}
              choices={list.map((one) => ({
                id: String(one.n),
                label: formatNumber(one.n),
                icon: <Mark outcome={one.outcome} />,
              }))}
            />
          </div>
          <TabPanel id="attempt" value={String(n)}>
            <InFull key={n} hook={hook} delivery={delivery.id} n={n} />
          </TabPanel>
        </>
      )}
    </div>
  );
}

function InFull({ hook, delivery, n }: { hook: HookView; delivery: string; n: number }) {
  const query = useQuery(attemptQuery(hook.id, delivery, n));
  if (query.data) return <Attempt attempt={query.data} address={hook.url} />;
  if (query.isError) return <ListBroken query={query} />;
  return <Bones />;
}
