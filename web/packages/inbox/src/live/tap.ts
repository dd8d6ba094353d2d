/** What the line hears, for who wants to look at it as it comes. Nothing is kept here. */
import type { Data } from "../data/reduce.ts";

export interface Heard {
  readonly name: string;
  readonly data: Data;
  readonly stream: string;
  /** Its number in the workspace; null for what is not recorded. */
  readonly offset: number | null;
  /** When it was recorded, where that is known. */
  readonly at: number | null;
}

const listeners = new Set<(heard: Heard) => void>();

/** Hears everything from now on; the answer ends it. */
export function tap(listener: (heard: Heard) => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** Hands on what came. */
export function tell(heard: Heard): void {
  for (const listener of listeners) listener(heard);
}
