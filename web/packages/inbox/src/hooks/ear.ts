/** What was overheard: which of it hooks would be told of, and with which body. */
import { fold } from "@halloo/ui";
import type { Heard } from "../live/tap.ts";
import { envelopeOf } from "./model.ts";

export interface Overheard {
  readonly key: number;
  readonly name: string;
  readonly data: unknown;
  /** Its number in the workspace; null for passing events. */
  readonly offset: number | null;
  readonly at: number;
  /** Whether `at` is when it was recorded, and not when it was heard. */
  readonly exact: boolean;
}

export interface Ear {
  readonly heard: readonly Overheard[];
  /** What came while one does not want to be disturbed. */
  readonly held: readonly Overheard[];
  readonly paused: boolean;
  readonly next: number;
}

export const EMPTY_EAR: Ear = { heard: [], held: [], paused: false, next: 1 };

export const MOST = 500;

/** The event that a hook is told where the line only hints: the line says that somebody types, and not what a hook would get. */
function lightName({ name, data }: Heard): string | null {
  if (name !== "typing") return null;
  return data["from"] === "operator" ? "message:compose:receive" : "message:compose:send";
}

/** Adds what came, where hooks are told of it. `told` are the names that hooks can choose; empty while they are not known. */
export function hear(ear: Ear, heard: Heard, told: ReadonlySet<string>, now: number): Ear {
  const light = heard.offset === null;
  const name = light ? lightName(heard) : heard.name;
  if (name === null || (!light && !told.has(name)) || (!light && !heard.stream.startsWith("w:"))) return ear;
  const item: Overheard = {
    key: ear.next,
    name,
    data: light ? null : heard.data,
    offset: heard.offset,
    at: heard.at ?? now,
    exact: heard.at !== null,
  };
  const grow = (list: readonly Overheard[]) => [item, ...list].slice(0, MOST);
  return ear.paused
    ? { ...ear, next: ear.next + 1, held: grow(ear.held) }
    : { ...ear, next: ear.next + 1, heard: grow(ear.heard) };
}

/** Goes on, with what came meanwhile; or holds on. */
export const pause = (ear: Ear, paused: boolean): Ear => ({
  ...ear,
  paused,
  heard: paused ? ear.heard : [...ear.held, ...ear.heard].slice(0, MOST),
  held: [],
});

/** Those with every typed word in their name or payload, and of these events alone where some are given. */
export function sift(
  heard: readonly Overheard[],
  text: string,
  events: readonly string[] | null,
): readonly Overheard[] {
  const words = fold(text).split(/\s+/).filter(Boolean);
  return heard.filter((item) => {
    if (events !== null && !events.includes(item.name)) return false;
    if (words.length === 0) return true;
    const whole = fold(`${item.name} ${item.data === null ? "" : JSON.stringify(item.data)}`);
    return words.every((word) => whole.includes(word));
  });
}

/** The body of the call, byte for byte; null where the line does not tell what a hook gets. */
export const bodyOf = (item: Overheard, workspace: string): string | null =>
  item.data === null ? null : envelopeOf(workspace, item.name, item.data, item.at);
