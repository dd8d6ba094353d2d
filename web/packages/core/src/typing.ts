/** Typing hints: what we say about ourselves, and what we know about others. */
import type { Clock } from "./ports.ts";

/** A hint lives this long; it is said again while somebody goes on typing. */
export const TYPING_LIFE_MS = 10_000;
const AGAIN_MS = 4_000;
/** The server takes one a second; on the way two may come closer together than they were sent. */
const EXCERPT_AGAIN_MS = 1_250;
const IDLE_MS = 5_000;
export const EXCERPT_LENGTH = 256;

export interface TypingReporter {
  /** The composer's text changed. */
  input(conversation: string, text: string): void;
  /** The message was sent, or the composer was left. */
  stop(): void;
}

/**
 * Says `start` at most every few seconds and `stop` after a pause. With an excerpt, where that is allowed, it says the newest text a
 * little less than once a second while it changes, and the last one twice: what came too close behind another is dropped on the way.
 */
export function createTypingReporter(
  clock: Clock,
  tell: (frame: { t: "typing"; conversation: string; state: "start" | "stop"; excerpt?: string }) => void,
  withExcerpt: boolean,
): TypingReporter {
  let current: string | null = null;
  let newest = "";
  let saidAt = Number.NEGATIVE_INFINITY;
  let cancelIdle: (() => void) | null = null;
  let cancelNext: (() => void) | null = null;

  const stop = (): void => {
    cancelIdle?.();
    cancelNext?.();
    cancelIdle = cancelNext = null;
    if (current !== null) tell({ t: "typing", conversation: current, state: "stop" });
    current = null;
    saidAt = Number.NEGATIVE_INFINITY;
  };

  const sayExcerpt = (conversation: string, text: string, again: boolean): void => {
    tell({ t: "typing", conversation, state: "start", excerpt: text.slice(-EXCERPT_LENGTH) });
    cancelNext = clock.after(EXCERPT_AGAIN_MS, () => {
      cancelNext = null;
      if (newest !== text) sayExcerpt(conversation, newest, true);
      else if (again) sayExcerpt(conversation, text, false);
    });
  };

  return {
    input(conversation, text) {
      if (current !== null && current !== conversation) stop();
      if (text.trim() === "") {
        stop();
        return;
      }
      cancelIdle?.();
      cancelIdle = clock.after(IDLE_MS, stop);
      newest = text;
      current = conversation;
      if (withExcerpt) {
        if (cancelNext === null) sayExcerpt(conversation, text, true);
      } else if (clock.now() - saidAt >= AGAIN_MS) {
        saidAt = clock.now();
        tell({ t: "typing", conversation, state: "start" });
      }
    },
    stop,
  };
}

/** Who types where: `set` on a hint, forgotten after ten seconds or with `clear` when their message arrives. */
export function createTypingBoard<Person>(clock: Clock, onChange: (conversation: string) => void) {
  const board = new Map<string, Map<string, { person: Person; cancel: () => void }>>();

  const clear = (conversation: string, id: string): void => {
    const people = board.get(conversation);
    const entry = people?.get(id);
    if (!people || !entry) return;
    entry.cancel();
    people.delete(id);
    if (people.size === 0) board.delete(conversation);
    onChange(conversation);
  };

  return {
    set(conversation: string, id: string, person: Person): void {
      const people = board.get(conversation) ?? new Map<string, { person: Person; cancel: () => void }>();
      board.set(conversation, people);
      people.get(id)?.cancel();
      people.set(id, { person, cancel: clock.after(TYPING_LIFE_MS, () => clear(conversation, id)) });
      onChange(conversation);
    },
    clear,
    list: (conversation: string): Person[] =>
      [...(board.get(conversation)?.values() ?? [])].map(({ person }) => person),
  };
}
