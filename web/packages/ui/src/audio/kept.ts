/** Recordings whose thread was left before they were sent: they wait there, ready to be heard. A reload asks before it loses them. */
import type { Recording } from "@halloo/core/audio.ts";

export interface Made {
  readonly file: File;
  readonly more: Recording;
}

const all = new Map<string, Promise<Made>>();
const told = new Set<(thread: string) => void>();

const stay = (event: BeforeUnloadEvent): void => event.preventDefault();

const guard = (): void => {
  if (all.size > 0) addEventListener("beforeunload", stay);
  else removeEventListener("beforeunload", stay);
};

/** Whether one waits in the thread. */
export const hasKept = (thread: string): boolean => all.has(thread);

export const keptThreads = (): readonly string[] => [...all.keys()];

/** Puts one aside. What turns out to be none, because it was too short, is forgotten. */
export function keep(thread: string, made: Promise<Made>): void {
  all.set(thread, made);
  guard();
  for (const tell of told) tell(thread);
  made.catch(() => {
    if (all.get(thread) === made) takeKept(thread);
  });
}

/** Tells of each that begins to wait: who comes back at once is there before it. Gives what ends the telling. */
export function onKeep(tell: (thread: string) => void): () => void {
  told.add(tell);
  return () => void told.delete(tell);
}

/** Takes it up again. */
export function takeKept(thread: string): Promise<Made> | null {
  const made = all.get(thread) ?? null;
  all.delete(thread);
  guard();
  return made;
}

/** The thread has another name from now on. */
export function moveKept(from: string, to: string): void {
  const made = takeKept(from);
  if (made) keep(to, made);
}

/** Somebody else is in front of the screen: forgets all but those whose thread is theirs. */
export function forgetKept(theirs: (thread: string) => boolean = () => false): void {
  for (const thread of all.keys()) if (!theirs(thread)) all.delete(thread);
  guard();
}
