/** The window's head: who answers, how soon, and what else can be done. */
import { ChevronLeft, X } from "lucide-preact";
import type { State } from "../frame/engine.ts";
import { Faces } from "./faces.tsx";
import { useAround } from "./hooks.ts";
import { HeaderMenu, type MenuEntry } from "./menu.tsx";
import { Reply } from "./reply.tsx";
import { HOME } from "./view.ts";

interface HeaderProps {
  readonly state: State;
  readonly view: string;
  readonly tall: boolean;
  readonly onBack: (() => void) | null;
}

export function Header({ state, view, tall, onBack }: HeaderProps) {
  const { engine, t, close } = useAround();
  const config = engine.record.config.v1;
  const sound = state.memory.sound ?? config.sound;
  const conversation = state.conversations?.find((one) => one.id === view);
  const entries: MenuEntry[] = [{ label: t("sound"), on: sound, act: () => engine.remember({ sound: !sound }) }];
  if (config.visitor_can_end && conversation && conversation.state !== "resolved") {
    entries.push({ label: t("end"), act: () => void engine.end(conversation.id).catch(() => undefined) });
  }
  return (
    <header class={`h-header${tall ? " h-tall" : ""}${view === HOME ? " h-over" : ""}`}>
      {onBack && (
        <button type="button" class="h-tool" aria-label={t("back")} title={t("back")} onClick={onBack}>
          <ChevronLeft class="h-mirror" size={22} strokeWidth={1.75} />
        </button>
      )}
      {view !== HOME && (
        <div class="h-who">
          <Faces people={state.team.faces} size={tall ? 48 : 32} />
          <div class="h-who-text">
            <h1 dir="auto">{config.chat.title}</h1>
            <Reply state={state} />
          </div>
        </div>
      )}
      <div class="h-tools">
        <HeaderMenu entries={entries} />
        {close && (
          <button type="button" class="h-tool" aria-label={t("close")} title={t("close")} onClick={close}>
            <X size={20} strokeWidth={1.75} />
          </button>
        )}
      </div>
    </header>
  );
}
