/** All web hooks of the workspace, with how each of them is. */
import { Bone, Button, Empty, fold, TextField } from "@halloo/ui";
import { Plus, Radio, Search } from "lucide-preact";
import { useState } from "preact/hooks";
import { useCan } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import { t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { go, hookRoute } from "../router.ts";
import { Title } from "../settings/card.tsx";
import { Link } from "../shell/link.tsx";
import { ListBroken } from "../shell/list-broken.tsx";
import { useNow } from "../shell/use.ts";
import { DaySpark } from "./chart.tsx";
import { hooksQuery, useEvery } from "./queries.ts";
import type { HookView } from "./types.ts";
import { Address, HealthBadge, LastCall } from "./words.tsx";

const LOOK_MS = 2_000;
/** From here on one looks for a hook by typing. */
const MANY = 8;

export const addHook = () => go({ page: "hooks", at: "new" });

export function HookList() {
  const query = useQuery(hooksQuery);
  const may = useCan("hooks:manage");
  const listen = useCan("conversations:read");
  const [text, setText] = useState("");
  const now = useNow(10_000);
  useEvery(query.refetch, LOOK_MS, !query.isError);
  useCommands(
    may
      ? [
          {
            id: "new-hook",
            section: "create",
            label: t("hooks_add"),
            words: "webhook",
            icon: <Plus size={16} />,
            run: addHook,
          },
        ]
      : [],
  );
  const add = may && (
    <Button kind="primary" icon={<Plus size={16} />} onClick={addHook}>
      {t("hooks_add")}
    </Button>
  );
  const ear = listen && (
    <Button icon={<Radio size={16} />} onClick={() => go({ page: "hooks", at: "listen" })}>
      {t("hooks_listen")}
    </Button>
  );
  const all = query.data ?? [];
  const shown = all.filter((hook) => fold(`${hook.name} ${hook.url}`).includes(fold(text.trim())));
  return (
    <>
      <Title
        title={t("settings_hooks")}
        text={t("hooks_text")}
        action={
          <span class="in-title-actions">
            {ear}
            {all.length > 0 && add}
          </span>
        }
      />
      {all.length > MANY && (
        <TextField
          quiet
          type="search"
          label={t("hooks_search")}
          placeholder={t("hooks_search")}
          icon={<Search size={16} />}
          value={text}
          onValue={setText}
        />
      )}
      <div class="in-card in-hooks">
        {query.data ? (
          all.length === 0 ? (
            <Empty drawing="hook" title={t("hooks_none")} text={t("hooks_none_text")} action={add || undefined} />
          ) : shown.length === 0 ? (
            <Empty drawing="search" title={t("nothing_found")} />
          ) : (
            <ul aria-label={t("settings_hooks")}>
              {shown.map((hook) => (
                <Row key={hook.id} hook={hook} now={now} />
              ))}
            </ul>
          )
        ) : query.isError ? (
          <ListBroken query={query} />
        ) : (
          <HookBones />
        )}
      </div>
    </>
  );
}

function Row({ hook, now }: { hook: HookView; now: number }) {
  return (
    <li class={hook.enabled ? "in-hook-row" : "in-hook-row in-hook-off"}>
      <div class="in-hook-who">
        <div class="in-hook-name">
          <Link to={hookRoute(hook.id)} class="in-hook-link">
            <strong dir="auto">{hook.name}</strong>
          </Link>
          <HealthBadge hook={hook} />
        </div>
        <Address url={hook.url} />
        <span class="in-quiet">
          {t("hooks_events_count", { count: hook.events.length })}
          {hook.waiting > 0 && ` · ${t("hooks_waiting_count", { count: hook.waiting })}`}
        </span>
      </div>
      <DaySpark id={hook.id} name={hook.name} />
      <LastCall hook={hook} now={now} />
    </li>
  );
}

function HookBones() {
  return (
    <ul aria-hidden="true">
      {[34, 46, 28].map((width) => (
        <li key={width} class="in-hook-row">
          <div class="in-hook-who">
            <Bone width={width} height={14} />
            <Bone width={70} />
          </div>
          <Bone width={80} height={24} />
          <Bone width={60} />
        </li>
      ))}
    </ul>
  );
}
