/** An ear on the workspace: events as they are recorded, each with the body that a hook would get. */
import { Button, cx, Dialog, Empty, Picker, TextField } from "@halloo/ui";
import { ChevronDown, Pause, Play, Search, Trash } from "lucide-preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useMe } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import { useStore } from "../data/store.ts";
import { formatClockTime, formatNumber, t } from "../i18n.ts";
import { line } from "../live/live.ts";
import { tap } from "../live/tap.ts";
import { Title } from "../settings/card.tsx";
import { useMedia } from "../shell/use.ts";
import { Body } from "./attempt.tsx";
import { bodyOf, type Ear, EMPTY_EAR, hear, type Overheard, pause, sift } from "./ear.ts";
import { Back } from "./new-hook.tsx";
import { catalogueQuery, hooksQuery } from "./queries.ts";
import type { HookView } from "./types.ts";
import { eventWords } from "./words.tsx";

/** Hears from now on; what comes while paused is counted, and shown when one goes on. */
function useEar() {
  const [ear, setEar] = useState<Ear>(EMPTY_EAR);
  const catalogue = useQuery(catalogueQuery).data;
  const told = useMemo(() => new Set((catalogue ?? []).map((event) => event.name)), [catalogue]);
  const names = useRef(told);
  names.current = told;
  useEffect(() => tap((heard) => setEar((now) => hear(now, heard, names.current, Date.now()))), []);
  return [ear, setEar] as const;
}

export function Listen() {
  const me = useMe();
  const [ear, setEar] = useEar();
  const [text, setText] = useState("");
  const [hookId, setHookId] = useState("");
  const [chosen, setChosen] = useState<number | null>(null);
  const hooks = useQuery(hooksQuery).data ?? [];
  const beside = useMedia("(min-width: 1100px)");
  const events = hooks.find((hook) => hook.id === hookId)?.events ?? null;
  const shown = sift(ear.heard, text, events);
  const one = shown.find((item) => item.key === chosen) ?? (beside ? shown[0] : undefined);
  const body = one && <Heard key={one.key} item={one} workspace={me?.workspace.id ?? ""} />;
  return (
    <>
      <Back />
      <Title title={t("hooks_listen")} text={t("hooks_listen_text")} />
      <EarBar
        ear={ear}
        text={text}
        onText={setText}
        hookId={hookId}
        onHook={setHookId}
        hooks={hooks}
        onPause={() => setEar((now) => pause(now, !now.paused))}
        onClear={() => {
          setEar((now) => ({ ...now, heard: [] }));
          setChosen(null);
        }}
      />
      <div class="in-ear">
        <section class="in-card in-ear-list" aria-label={t("hooks_ear_heard")}>
          {shown.length === 0 ? (
            <Empty
              drawing={ear.heard.length > 0 ? "search" : "hook"}
              title={t(ear.heard.length > 0 ? "hooks_ear_none_fit" : "hooks_ear_none")}
              text={ear.heard.length > 0 ? undefined : t("hooks_ear_none_text")}
            />
          ) : (
            <ul>
              {shown.map((item) => (
                <li key={item.key}>
                  <button
                    type="button"
                    class={cx("in-ear-row", item === one && "in-on")}
                    aria-current={item === one ? "true" : undefined}
                    onClick={() => setChosen(item.key)}
                  >
                    <time dateTime={new Date(item.at).toISOString()}>{formatClockTime(item.at)}</time>
                    <code dir="ltr">{item.name}</code>
                    <span class="in-quiet">
                      {item.offset === null ? t("hooks_event_light") : `#${formatNumber(item.offset)}`}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </section>
        {beside && (
          <section class="in-card in-ear-body">{body ?? <p class="in-quiet">{t("hooks_ear_choose")}</p>}</section>
        )}
      </div>
      <p class="in-quiet">{t("hooks_ear_light_text")}</p>
      {!beside && (
        <Dialog
          open={one !== undefined}
          onClose={() => setChosen(null)}
          size="large"
          title={one?.name ?? ""}
          closeLabel={t("close")}
        >
          {body}
        </Dialog>
      )}
    </>
  );
}

interface EarBarProps {
  readonly ear: Ear;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly hookId: string;
  readonly onHook: (id: string) => void;
  readonly hooks: readonly HookView[];
  readonly onPause: () => void;
  readonly onClear: () => void;
}

function EarBar({ ear, text, onText, hookId, onHook, hooks, onPause, onClear }: EarBarProps) {
  return (
    <div class="in-ear-bar">
      <State paused={ear.paused} />
      <TextField
        quiet
        type="search"
        class="in-grow"
        label={t("hooks_ear_filter")}
        placeholder={t("hooks_ear_filter")}
        icon={<Search size={16} />}
        value={text}
        onValue={onText}
      />
      {hooks.length > 0 && (
        <Picker
          label={t("hooks_ear_as")}
          chosen={[hookId]}
          options={[
            { id: "", label: t("hooks_ear_all") },
            ...hooks.map((hook) => ({
              id: hook.id,
              label: hook.name,
              hint: t("hooks_events_count", { count: hook.events.length }),
            })),
          ]}
          onPick={onHook}
          trigger={(props) => (
            <Button {...props} class={hookId === "" ? undefined : "in-filter-on"}>
              <span class="in-filter-word">
                {hooks.find((hook) => hook.id === hookId)?.name ?? t("hooks_ear_all")}
                <ChevronDown size={14} />
              </span>
            </Button>
          )}
        />
      )}
      <Button
        icon={ear.paused ? <Play size={16} /> : <Pause size={16} />}
        aria-pressed={ear.paused ? "true" : "false"}
        onClick={onPause}
      >
        {ear.paused && ear.held.length > 0
          ? t("hooks_ear_go_on_count", { count: ear.held.length })
          : t(ear.paused ? "hooks_ear_go_on" : "hooks_ear_pause")}
      </Button>
      <Button kind="ghost" icon={<Trash size={16} />} disabled={ear.heard.length === 0} onClick={onClear}>
        {t("hooks_ear_clear")}
      </Button>
    </div>
  );
}

function State({ paused }: { paused: boolean }) {
  const live = useStore(line).kind === "live";
  return (
    <span class={cx("in-ear-state", live && !paused && "in-ear-live")} role="status">
      <span class="in-hook-dot" aria-hidden="true" />
      {t(!live ? "hooks_ear_down" : paused ? "hooks_ear_paused" : "hooks_ear_on")}
    </span>
  );
}

function Heard({ item, workspace }: { item: Overheard; workspace: string }) {
  const catalogue = useQuery(catalogueQuery).data ?? [];
  const known = catalogue.find((event) => event.name === item.name);
  const body = bodyOf(item, workspace);
  return (
    <div class="in-ear-one">
      <header>
        <code dir="ltr">{item.name}</code>
        {known && <p class="in-quiet">{eventWords(known)}</p>}
      </header>
      {body === null ? (
        <p class="in-quiet">{t("hooks_ear_no_body")}</p>
      ) : (
        <>
          {!item.exact && <p class="in-quiet">{t("hooks_ear_about")}</p>}
          <Body text={body} label={t("hooks_request_body")} />
        </>
      )}
    </div>
  );
}
