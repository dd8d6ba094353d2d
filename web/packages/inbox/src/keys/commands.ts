/** Everything that can be done, by name: the palette lists it, the keys run it, the sheet shows it. */
import { layerOpen, useLatest } from "@halloo/ui";
import type { ComponentChildren } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { createStore } from "../data/store.ts";
import { isWriting, matchKeys, nameOf, type Waiting } from "./keys.ts";

export type Section = "conversation" | "list" | "go" | "create" | "self";

export interface Command {
  readonly id: string;
  readonly section: Section;
  readonly label: string;
  readonly keys?: string | undefined;
  readonly icon?: ComponentChildren;
  /** More words to find it by. */
  readonly words?: string | undefined;
  /** Works while something is being written, too. */
  readonly always?: boolean | undefined;
  /** Shown in the sheet of keys, but not in the palette. */
  readonly hidden?: boolean | undefined;
  readonly run: () => void;
}

const sets = new Map<symbol, readonly Command[]>();

/** All commands of the screens that are shown, the youngest screen first. */
export const commands = createStore<readonly Command[]>([]);

function publish(): void {
  const seen = new Set<string>();
  const all = [...sets.values()].reverse().flat();
  commands.set(all.filter((command) => !seen.has(command.id) && seen.add(command.id)));
}

/** Offers commands from the moment the component is shown: who presses a key as the screen appears is not too early. */
export function useCommands(list: readonly Command[]): void {
  const latest = useLatest(list);
  const signature = list.map((command) => `${command.id}:${command.label}`).join("|");
  // biome-ignore lint/correctness/useExhaustiveDependencies: offered anew when names change; what runs is always the latest
  useLayoutEffect(() => {
    const me = Symbol("commands");
    const stable = latest.current.map((command, index) => ({
      ...command,
      run: () => latest.current[index]?.run(),
    }));
    sets.set(me, stable);
    publish();
    return () => {
      sets.delete(me);
      publish();
    };
  }, [latest, signature]);
}

/** Listens for the keys of all commands. A pair counts from press to press, however late a busy page hears of them. */
export function listenForKeys(): () => void {
  let waiting: Waiting | null = null;
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const name = nameOf(event);
    if (name === null) return;
    const quiet = isWriting(event.target) || layerOpen();
    const able = commands.get().filter((command) => command.keys !== undefined && (!quiet || command.always));
    const result = matchKeys(
      able.map((command) => command.keys ?? ""),
      name,
      waiting,
      event.timeStamp,
    );
    waiting = result.waiting;
    const command = able.find((one) => one.keys === result.hit);
    if (!command) return;
    event.preventDefault();
    command.run();
  };
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}
