/** The chat: home, or a room with a thread, a form, or a request to sign in. */
import { keepPage } from "@halloo/ui/attach/given.ts";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { NEW, type State } from "../frame/engine.ts";
import { Before } from "./before.tsx";
import { Brought } from "./brought.tsx";
import { Composer } from "./composer.tsx";
import { Header } from "./header.tsx";
import { Home } from "./home.tsx";
import { useAround, useEngine } from "./hooks.ts";
import { Quiet } from "./quiet.tsx";
import { SignIn } from "./signin.tsx";
import { Thread } from "./thread.tsx";
import { HOME, useView } from "./view.ts";

interface RoomProps {
  readonly state: State;
  readonly current: string;
  readonly screen: string;
  /** Nothing was said yet. */
  readonly empty: boolean;
  /** The form comes first. */
  readonly asks: boolean;
  /** Somebody can write now. */
  readonly writable: boolean;
  readonly ask: (question: string) => void;
  readonly onRead: (away: boolean) => void;
}

/** One conversation, or the one that has not begun. */
function Room({ state, current, screen, empty, asks, writable, ask, onRead }: RoomProps) {
  const { engine, t } = useAround();
  const { suggested_questions: questions } = engine.record.config.v1;
  const locked = state.signIn;
  const conversation = state.conversations?.find((one) => one.id === current);
  if (asks) {
    return (
      <main class="h-main">
        <Before state={state} onRead={onRead} />
        <Quiet state={state} />
      </main>
    );
  }
  return (
    <main class="h-main">
      {empty && locked ? (
        <SignIn />
      ) : (
        <Thread key={screen} id={current} state={state} conversation={conversation} empty={empty} onRead={onRead} />
      )}
      {empty && !locked && questions.length > 0 && (
        <div class="h-chips">
          {questions.map((text) => (
            <button key={text} type="button" dir="auto" onClick={() => ask(text)}>
              {text}
            </button>
          ))}
        </div>
      )}
      <Quiet state={state} />
      <Composer
        key={`${screen}-write-${locked}`}
        thread={current}
        open={writable}
        barred={state.failed === "visitor_blocked" ? t("blocked") : locked ? t("signin_composer") : null}
        onSend={(text) => engine.send(current, text)}
      />
    </main>
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
  const { view, current, screen, setView } = useView(engine, state, { open, still, left, asked: question !== null });
  const [away, setAway] = useState(false);
  const asked = useRef(0);
  const known = state.conversations;

  useEffect(() => {
    engine.view(open && current !== HOME ? current : null);
    if (open && view !== null) onView?.(view);
  }, [engine, open, current, view, onView]);

  useEffect(keepPage, []);

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
      // Who has to sign in first finds it where they write.
      if (engine.state.signIn) engine.remember({ drafts: { ...engine.state.memory.drafts, [target]: text } });
      else engine.send(target, text);
    },
    [engine, setView],
  );

  useEffect(() => {
    if (!question || question.number === asked.current) return;
    asked.current = question.number;
    ask(question.text);
  }, [question, ask]);

  const conversation = known?.find((one) => one.id === current);
  const begun = conversation ? conversation.last_seq > 0 || state.threads[current]?.loading === true : current !== NEW;
  const empty = current !== HOME && !begun && !state.outbox.some((item) => item.thread === current);
  const asks = current === NEW && state.form.wanted && !state.signIn;
  blank.current = empty ? current : null;
  const back = known && known.length > (conversation ? 1 : 0) ? () => setView(HOME) : null;
  const tall = (empty || asks) && !away && !state.signIn;

  return (
    <div class={`h-app${current === HOME ? " h-at-home" : ""}`}>
      <Header state={state} view={current} tall={tall} onBack={current === HOME ? null : back} />
      <Brought state={state} />
      {current === HOME ? (
        <Home state={state} go={setView} ask={ask} />
      ) : (
        <Room
          key={engine.era}
          state={state}
          current={current}
          screen={screen}
          empty={empty}
          asks={asks}
          writable={open && still === undefined}
          ask={ask}
          onRead={setAway}
        />
      )}
    </div>
  );
}
