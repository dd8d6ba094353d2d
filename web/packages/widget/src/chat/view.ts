/** What is on the screen: home, a conversation, or a new one. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type Engine, NEW, type State } from "../frame/engine.ts";

export const HOME = "home";

/** Where to begin: what was on the screen a page ago, the one conversation with news, home where there are any, else a new one. */
function firstView(state: State, left: string | null | undefined): string {
  const list = state.conversations ?? [];
  // A message that waits for the form, or for the line.
  if (state.outbox.some(({ thread }) => thread === NEW)) return NEW;
  if (list.some((one) => one.id === left) && left) return left;
  const news = list.filter((one) => one.unread > 0);
  if (news.length === 1 && news[0]) return news[0].id;
  return list.length > 0 ? HOME : NEW;
}

interface Wish {
  readonly open: boolean;
  /** The one conversation of a preview. */
  readonly still: string | undefined;
  /** What was on the screen of this tab's last page. */
  readonly left: string | null | undefined;
  /** A question is about to be sent. */
  readonly asked: boolean;
}

/** The view, and how to go to another one. `screen` names what is drawn: a conversation that has just begun keeps its own. */
export function useView(engine: Engine, state: State, { open, still, left, asked }: Wish) {
  const [view, setView] = useState<string | null>(still ?? null);
  const { conversations: known, continued } = state;
  const toggles = engine.record.config.v1.start_conversation_on_toggle;

  // The first view waits until it is known whether there is something to go back to.
  useEffect(() => {
    if (!open || view !== null || known === null) return;
    const running = known.find((one) => one.state !== "resolved");
    if (!toggles) setView(firstView(state, left));
    else if (running) setView(running.id);
    else {
      setView(NEW);
      if (!asked && !state.signIn) engine.begin();
    }
  }, [open, view, known, state, toggles, engine, asked, left]);

  const current = view ?? (known === null && (engine.isKnown || continued === "working") ? HOME : NEW);

  // A link was followed: to the conversation that it came from, the newest.
  const brought = useRef(false);
  useEffect(() => {
    if (continued !== "done" || known === null || brought.current) return;
    brought.current = true;
    setView(known[0]?.id ?? NEW);
  }, [continued, known]);

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

  // A conversation that was removed takes its screen with it.
  useEffect(() => {
    if (known === null) setView(null);
    else if (current !== NEW && current !== HOME && !known.some((one) => one.id === current)) setView(HOME);
    else if (current === HOME && known.length === 0) setView(NEW);
  }, [current, known]);

  return { view, current, screen, setView };
}
