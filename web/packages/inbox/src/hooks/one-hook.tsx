/** One web hook: how it is, what it was told, what it is, and how its calls are signed. */
import { Bone, Button, Empty, Menu, type MenuItem, Notice, TabPanel, Tabs, toast, useCopy } from "@halloo/ui";
import { Copy, Ellipsis, History, Power, PowerOff, RotateCcw, Send, Trash } from "lucide-preact";
import { useEffect, useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { Refusal } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { useCan } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import { formatMoment, formatTime, t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { EVERYTHING, go, HOOK_PARTS, type HooksRoute, hookRoute } from "../router.ts";
import { Confirm } from "../shell/confirm.tsx";
import { Missing } from "../shell/missing.tsx";
import { useNow } from "../shell/use.ts";
import { DayCard } from "./chart.tsx";
import { EditHook } from "./edit-hook.tsx";
import { LastReplay } from "./last-replay.tsx";
import { Log } from "./log.tsx";
import { Back } from "./new-hook.tsx";
import { chartQuery, deleteHook, disableHook, hookQuery, useEvery } from "./queries.ts";
import { EnableDialog, RangeDialog, RecoverDialog } from "./replay.tsx";
import { Signature } from "./signature.tsx";
import { TestDialog } from "./test-call.tsx";
import type { HookView } from "./types.ts";
import { Address, HealthBadge, LastCall, resultWords } from "./words.tsx";

type OneRoute = Extract<HooksRoute, { id: string }>;
type Open = "test" | "range" | "recover" | "enable" | "disable" | "delete" | null;

const LOOK_MS = 2_000;
const CHART_MS = 15_000;

export function OneHook({ route }: { route: OneRoute }) {
  const query = useQuery(hookQuery(route.id));
  useEvery(query.refetch, LOOK_MS, !query.isError);
  if (query.data) return <Shown hook={query.data} route={route} />;
  if (query.error instanceof Refusal && query.error.status === 404) return <Missing />;
  if (query.isError)
    return (
      <>
        <Back />
        <div class="in-card">
          <Empty
            drawing="broken"
            title={t("hooks_broken")}
            action={<Button onClick={() => void query.refetch()}>{t("try_again")}</Button>}
          />
        </div>
      </>
    );
  return (
    <>
      <Back />
      <div class="in-hook-bones" aria-hidden="true">
        <Bone width={34} height={22} />
        <Bone width={58} />
        <Bone height={240} />
        <Bone height={180} />
      </div>
    </>
  );
}

function Shown({ hook, route }: { hook: HookView; route: OneRoute }) {
  const may = useCan("hooks:manage");
  const [open, setOpen] = useState<Open>(null);
  const now = useNow(10_000);
  const close = () => setOpen(null);
  useHookCommands(may, setOpen);
  return (
    <>
      <Back />
      <header class="in-hook-head">
        <div class="in-hook-title">
          <div class="in-hook-name">
            <h2 dir="auto">{hook.name}</h2>
            <HealthBadge hook={hook} />
          </div>
          <Address url={hook.url} />
          <LastCall hook={hook} now={now} />
        </div>
        {may && <Actions hook={hook} onOpen={setOpen} />}
      </header>
      <Trouble hook={hook} may={may} onOpen={setOpen} />
      <LastReplay
        hook={hook}
        may={may}
        onFailed={() => go({ ...route, at: "log", delivery: null, filter: { ...EVERYTHING, state: "exhausted" } })}
      />
      <Tabs
        id="hook"
        label={hook.name}
        class="in-line-tabs"
        value={route.at}
        onChoose={(at) => go(hookRoute(hook.id, at), true)}
        choices={HOOK_PARTS.map((id) => ({ id, label: t(`hooks_part_${id}`) }))}
      />
      <TabPanel id="hook" value={route.at} class="in-hook-panel">
        {route.at === "log" ? (
          <>
            <Day hook={hook} />
            <Log hook={hook} route={route} may={may} />
          </>
        ) : route.at === "edit" ? (
          <EditHook key={hook.id} hook={hook} may={may} />
        ) : (
          <Signature hook={hook} may={may} />
        )}
      </TabPanel>
      {open === "test" && <TestDialog hook={hook} onClose={close} />}
      {open === "range" && <RangeDialog hook={hook} onClose={close} />}
      {open === "recover" && <RecoverDialog hook={hook} onClose={close} />}
      {open === "enable" && <EnableDialog hook={hook} onClose={close} />}
      <Confirm
        open={open === "disable"}
        onClose={close}
        title={t("hooks_disable_title", { name: hook.name })}
        text={t("hooks_disable_text")}
        action={t("hooks_disable")}
        onConfirm={() => void disable(hook)}
      />
      <Confirm
        open={open === "delete"}
        onClose={close}
        title={t("hooks_delete_title", { name: hook.name })}
        text={hook.waiting > 0 ? t("hooks_delete_text_waiting", { count: hook.waiting }) : t("hooks_delete_text")}
        action={t("hooks_delete")}
        onConfirm={() => void remove(hook)}
      />
    </>
  );
}

async function disable(hook: HookView): Promise<void> {
  try {
    await disableHook(hook.id);
    toast({ text: t("hooks_disabled_toast", { name: hook.name }), tone: "good" });
  } catch (error) {
    complain(error);
  }
}

async function remove(hook: HookView): Promise<void> {
  try {
    await deleteHook(hook.id);
    toast({ text: t("hooks_deleted", { name: hook.name }), tone: "good" });
    go({ page: "hooks", at: "list" }, true);
  } catch (error) {
    complain(error);
  }
}

function useHookCommands(may: boolean, onOpen: (open: Open) => void): void {
  useCommands(
    may
      ? [
          {
            id: "hook-test",
            section: "go",
            label: t("hooks_test"),
            icon: <Send size={16} />,
            run: () => onOpen("test"),
          },
          {
            id: "hook-range",
            section: "go",
            label: t("hooks_replay_range"),
            icon: <History size={16} />,
            run: () => onOpen("range"),
          },
          {
            id: "hook-recover",
            section: "go",
            label: t("hooks_recover"),
            icon: <RotateCcw size={16} />,
            run: () => onOpen("recover"),
          },
        ]
      : [],
  );
}

function Actions({ hook, onOpen }: { hook: HookView; onOpen: (open: Open) => void }) {
  const { copy } = useCopy(hook.url);
  const replayItems: MenuItem[] = [
    {
      kind: "item",
      id: "recover",
      label: t("hooks_recover"),
      hint: t("hooks_recover_hint"),
      icon: <RotateCcw size={16} />,
      onSelect: () => onOpen("recover"),
    },
    {
      kind: "item",
      id: "range",
      label: t("hooks_replay_range"),
      hint: t("hooks_replay_range_hint"),
      icon: <History size={16} />,
      onSelect: () => onOpen("range"),
    },
  ];
  const items: MenuItem[] = [
    { kind: "item", id: "copy", label: t("hooks_copy_url"), icon: <Copy size={16} />, onSelect: copy },
    hook.enabled
      ? {
          kind: "item",
          id: "off",
          label: t("hooks_disable"),
          icon: <PowerOff size={16} />,
          onSelect: () => onOpen("disable"),
        }
      : {
          kind: "item",
          id: "on",
          label: t("hooks_enable"),
          icon: <Power size={16} />,
          onSelect: () => onOpen("enable"),
        },
    { kind: "line" },
    {
      kind: "item",
      id: "delete",
      label: t("hooks_delete"),
      icon: <Trash size={16} />,
      danger: true,
      onSelect: () => onOpen("delete"),
    },
  ];
  return (
    <div class="in-title-actions">
      <Button icon={<Send size={16} />} onClick={() => onOpen("test")}>
        {t("hooks_test")}
      </Button>
      <Menu
        label={t("hooks_replay")}
        placement="bottom-end"
        items={replayItems}
        trigger={(props) => (
          <Button {...props} icon={<RotateCcw size={16} />} disabled={hook.replay_id !== null}>
            {t("hooks_replay")}
          </Button>
        )}
      />
      <Menu
        label={t("actions_for", { name: hook.name })}
        placement="bottom-end"
        items={items}
        trigger={(props) => (
          <Button
            {...props}
            kind="ghost"
            class="ui-icon-button"
            aria-label={t("actions_for", { name: hook.name })}
            icon={<Ellipsis size={18} />}
          />
        )}
      />
    </div>
  );
}

/** What is wrong with the hook, and the natural next step. */
function Trouble({ hook, may, onOpen }: { hook: HookView; may: boolean; onOpen: (open: Open) => void }) {
  const why = hook.last_error ? resultWords(hook.last_error, hook.last_status) : "";
  if (!hook.enabled)
    return (
      <Notice
        tone={hook.disabled_reason === "operator" ? "info" : "bad"}
        title={t(`hooks_off_${hook.disabled_reason ?? "operator"}`)}
        action={
          may && (
            <Button size="small" onClick={() => onOpen("enable")}>
              {t("hooks_enable")}
            </Button>
          )
        }
      >
        <span>
          {t("hooks_off_text")}
          {hook.disabled_reason === "failing" && why !== "" && ` ${t("hooks_last_error", { reason: why })}`}
        </span>
      </Notice>
    );
  if (hook.state === "open")
    return (
      <Notice tone="warn" title={t("hooks_open_title")}>
        <span>
          {t("hooks_open_text")}{" "}
          {hook.probe_at && t("hooks_open_probe", { when: formatTime(Date.parse(hook.probe_at)) })}{" "}
          {why !== "" && t("hooks_last_error", { reason: why })}
        </span>
      </Notice>
    );
  if (hook.state === "failing")
    return (
      <Notice tone="warn" title={t("hooks_failing_title")}>
        <span>
          {hook.failing_since && t("hooks_failing_since", { when: formatMoment(Date.parse(hook.failing_since)) })}{" "}
          {why !== "" && t("hooks_last_error", { reason: why })}
        </span>
      </Notice>
    );
  return null;
}

function Day({ hook }: { hook: HookView }) {
  const query = useQuery(chartQuery(hook.id));
  useEvery(query.refetch, CHART_MS, !query.isError);
  // A call is in the figures as soon as it is in the state of the hook.
  useEffect(() => {
    if (hook.last_call_at !== null) void client.invalidateQueries({ queryKey: keys.hookChart(hook.id) });
  }, [hook.id, hook.last_call_at]);
  if (query.isError)
    return (
      <Notice tone="bad" action={<Button onClick={() => void query.refetch()}>{t("try_again")}</Button>}>
        {t("hooks_day_broken")}
      </Notice>
    );
  return <DayCard quarters={query.data} waiting={hook.waiting} />;
}
