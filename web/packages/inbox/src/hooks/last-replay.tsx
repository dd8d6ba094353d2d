/** The last replay of a hook: how far it is, with the button that stops it, and what came of it. */
import { Button, IconButton } from "@halloo/ui";
import { CircleAlert, CircleCheck, Square, X } from "lucide-preact";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { useQuery } from "../data/query.ts";
import { formatMoment, formatNumber, formatPercent, type Key, t } from "../i18n.ts";
import { storage } from "../live/browser.ts";
import { Confirm } from "../shell/confirm.tsx";
import { look, replayQuery, stopReplay, useEvery } from "./queries.ts";
import type { HookView, ReplayView } from "./types.ts";

const LOOK_MS = 1_000;

/** How much of a replay is behind it. */
export const shareOf = (replay: ReplayView): number => {
  const ended = replay.delivered + replay.failed;
  const all = ended + replay.left;
  return all === 0 ? (replay.state === "running" ? 0 : 1) : ended / all;
};

/** The last replay of a hook: how far it is, and afterwards, until it is waved away, what came of it. */
export function LastReplay({ hook, may, onFailed }: { hook: HookView; may: boolean; onFailed: () => void }) {
  if (hook.replay_id !== null) return <Progress key={hook.replay_id} hook={hook} replay={hook.replay_id} may={may} />;
  if (hook.last_replay_id === null) return null;
  return <Ended key={hook.last_replay_id} hook={hook} replay={hook.last_replay_id} onFailed={onFailed} />;
}

const SEEN = "halloo.hooks.replays";
/** Who comes back later than this was not waiting for it. */
const TOLD_MS = 7 * 24 * 3_600_000;

const seen = (): readonly string[] => (storage.get(SEEN) ?? "").split(" ").filter(Boolean);

function Ended({ hook, replay, onFailed }: { hook: HookView; replay: string; onFailed: () => void }) {
  const query = useQuery(replayQuery(hook.id, replay));
  const [away, setAway] = useState(() => seen().includes(replay));
  const told = query.data;
  // What was asked for while it ran says that it runs.
  useEvery(query.refetch, LOOK_MS, told?.state === "running" && !query.isError);
  if (!told || told.state === "running" || away || Date.now() - Date.parse(told.created_at) > TOLD_MS) return null;
  const dismiss = () => {
    storage.set(SEEN, [...seen(), replay].slice(-50).join(" "));
    setAway(true);
  };
  const clean = told.state === "done" && told.failed === 0;
  return (
    <section class="in-card in-replay in-replay-ended" aria-label={t("hooks_replay_progress")}>
      <div class="in-replay-head">
        <span class={clean ? "in-hook-good" : "in-replay-mark"} aria-hidden="true">
          {clean ? <CircleCheck size={18} /> : <CircleAlert size={18} />}
        </span>
        <strong>{t(wordOf(told))}</strong>
        <span class="in-quiet" role="status">
          {t("hooks_replay_result", { delivered: formatNumber(told.delivered), failed: formatNumber(told.failed) })}
          {" · "}
          {t("hooks_replay_began", { when: formatMoment(Date.parse(told.created_at)) })}
        </span>
        {told.failed > 0 && (
          <Button size="small" onClick={onFailed}>
            {t("hooks_replay_show_failed")}
          </Button>
        )}
        <IconButton size="small" label={t("hooks_notice_hide")} icon={<X size={16} />} onClick={dismiss} />
      </div>
    </section>
  );
}

const wordOf = (replay: ReplayView): Key =>
  replay.state === "cancelled"
    ? "hooks_replay_stopped"
    : replay.kind === "recover"
      ? "hooks_recover_ended"
      : "hooks_replay_ended";

/** A replay on its way, with the button that stops it. */
function Progress({ hook, replay, may }: { hook: HookView; replay: string; may: boolean }) {
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
