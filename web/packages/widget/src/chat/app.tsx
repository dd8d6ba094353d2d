/** The chat: home, thread, header, and the quiet line that says when there is no line. */
import { ChevronLeft, X } from "lucide-preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { NEW, type State } from "../frame/engine.ts";
import { Composer } from "./composer.tsx";
import { Faces } from "./faces.tsx";
import { Home } from "./home.tsx";
import { useAround, useEngine } from "./hooks.ts";
import { HeaderMenu, type MenuEntry } from "./menu.tsx";
import { Reply } from "./reply.tsx";
import { Thread } from "./thread.tsx";

const HOME = "home";
const QUIET_MS = 2000;

/** Where to begin: what was on the screen a page ago, the one conversation with news, home where there are any, else a new one. */
function firstView(state: State, left: string | null | undefined): string {
  const list = state.conversations ?? [];
  if (list.some((one) => one.id === left) && left) return left;
  const news = list.filter((one) => one.unread > 0);
  if (news.length === 1 && news[0]) return news[0].id;
  return list.length > 0 ? HOME : NEW;
}

/** Says that the line is down, but only once it has been for a moment. */
function Quiet({ state }: { state: State }) {
  const { t } = useAround();
  const [down, setDown] = useState(false);
  const broken = state.status === "waiting" || state.status === "stopped" || (state.status === "connecting" && down);
  useEffect(() => {
    if (!broken) {
      setDown(false);
      return;
    }
    const timer = setTimeout(() => setDown(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [broken]);
  const shown = broken && (down || !navigator.onLine);
  const text =
    state.status === "stopped" ? t("line_blocked") : navigator.onLine ? t("line_reconnecting") : t("line_offline");
  return (
    <div class={shown ? "h-quiet h-shown" : "h-quiet"} role="status">
      {shown && <span>{text}</span>}
    </div>
  );
}

interface HeaderProps {
  readonly state: State;
  readonly view: string;
  readonly tall: boolean;
  readonly onBack: (() => void) | null;
}

function Header({ state, view, tall, onBack }: HeaderProps) {
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

interface AppProps {
  readonly open: boolean;
  /** A question to send at once; `number` tells two equal ones apart. */
  readonly question: { readonly text: string; readonly number: number } | null;
  /** The one conversation of a preview. */
  readonly still?: string;
  /** What was on the screen of this tab's last page. */
  readonly view?: string | null;
  readonly onView?: (view: string | null) => void;
}

export function App({ open, question, still, view: left, onView }: AppProps) {
  const { engine, close } = useAround();
  const state = useEngine(engine);
  const [view, setView] = useState<string | null>(still ?? null);
  const [away, setAway] = useState(false);
  const asked = useRef(0);
  const config = engine.record.config.v1;
  const known = state.conversations;

  // The first view waits until it is known whether there is something to go back to.
  useEffect(() => {
    if (!open || view !== null || known === null) return;
    const running = known.find((one) => one.state !== "resolved");
    if (!config.start_conversation_on_toggle) setView(firstView(state, left));
    else if (running) setView(running.id);
    else {
      setView(NEW);
      if (!question) engine.begin();
    }
  }, [open, view, known, state, config, engine, question, left]);

  const current = view ?? (known === null && engine.isKnown ? HOME : NEW);

  useEffect(() => {
    engine.view(open && current !== HOME ? current : null);
    if (open && view !== null) onView?.(view);
  }, [engine, open, current, view, onView]);

  // A conversation that has just got its id keeps the screen that it was begun on.
  const screens = useRef({ begun: 0, of: new Map<string, string>() });
  useEffect(() => {
    engine.onStarted((id) => {
      screens.current.of.set(id, `new-${screens.current.begun}`);
      screens.current.begun += 1;
      setView((now) => (now === NEW || now === null ? id : now));
    });
    return () => engine.onStarted(null);
  }, [engine]);
  const screen = current === NEW ? `new-${screens.current.begun}` : (screens.current.of.get(current) ?? current);

  const blank = useRef<string | null>(null);
  // Escape closes from anywhere in the window, unless something smaller has taken it.
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !event.defaultPrevented) close?.();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [close]);

  const ask = useCallback(
    (text: string): void => {
      // A question goes to the conversation that has only just been begun, else it begins one.
      const target = blank.current ?? NEW;
      setView(target);
      engine.send(target, text);
    },
    [engine],
  );

  useEffect(() => {
    if (!question || question.number === asked.current) return;
    asked.current = question.number;
    ask(question.text);
  }, [question, ask]);

  // A conversation that was removed takes its screen with it.
  useEffect(() => {
    if (known === null) setView(null);
    else if (current !== NEW && current !== HOME && !known.some((one) => one.id === current)) setView(HOME);
    else if (current === HOME && known.length === 0) setView(NEW);
  }, [current, known]);

  const conversation = known?.find((one) => one.id === current);
  const begun = conversation ? conversation.last_seq > 0 || state.threads[current]?.loading === true : current !== NEW;
  const empty = current !== HOME && !begun && !state.outbox.some((item) => item.thread === current);
  blank.current = empty ? current : null;
  const back = known && known.length > (conversation ? 1 : 0) ? () => setView(HOME) : null;

  return (
    <div class={`h-app${current === HOME ? " h-at-home" : ""}`}>
      <Header state={state} view={current} tall={empty && !away} onBack={current === HOME ? null : back} />
      {current === HOME ? (
        <Home state={state} go={setView} ask={ask} />
      ) : (
        <main class="h-main">
          <Thread key={screen} id={current} state={state} conversation={conversation} onRead={setAway} />
          {empty && config.suggested_questions.length > 0 && (
            <div class="h-chips">
              {config.suggested_questions.map((text) => (
                <button key={text} type="button" dir="auto" onClick={() => ask(text)}>
                  {text}
                </button>
              ))}
            </div>
          )}
          <Quiet state={state} />
          <Composer
            key={`${screen}-write`}
            thread={current}
            open={open && still === undefined}
            onSend={(text) => engine.send(current, text)}
          />
        </main>
      )}
    </div>
  );
}
