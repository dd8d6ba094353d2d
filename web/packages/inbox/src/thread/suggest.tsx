/** What stands in the list over the composer. */
import { fold } from "@halloo/ui";
import { useEffect, useState } from "preact/hooks";
import type { CannedReplyView, OperatorView } from "../data/types.ts";
import type { Trigger } from "./triggers.ts";

export interface Suggestion {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly sign?: string;
  readonly face?: OperatorView;
  readonly insert: string;
}

export type EmojiTable = readonly (readonly [sign: string, names: string])[];

let table: EmojiTable | null = null;

/** The emoji and their names, loaded when the first colon asks for them. */
export function useEmoji(wanted: boolean): EmojiTable {
  const [known, setKnown] = useState<EmojiTable>(table ?? []);
  useEffect(() => {
    if (!wanted || table) return;
    let here = true;
    void import("./emoji.ts").then(({ EMOJI }) => {
      table = EMOJI;
      if (here) setKnown(EMOJI);
    });
    return () => {
      here = false;
    };
  }, [wanted]);
  return table ?? known;
}

const MOST = 8;

interface Sources {
  readonly canned: readonly CannedReplyView[];
  readonly colleagues: readonly OperatorView[];
  readonly emoji: EmojiTable;
}

/** Those whose name begins with the query come first, then those that have it anywhere. */
function ranked<T>(
  items: readonly T[],
  query: string,
  name: (item: T) => string,
  more: (item: T) => string = () => "",
): T[] {
  const wanted = fold(query);
  const begins = items.filter((item) => fold(name(item)).startsWith(wanted));
  const inside = items.filter((item) => !begins.includes(item) && fold(`${name(item)} ${more(item)}`).includes(wanted));
  return [...begins, ...inside].slice(0, MOST);
}

export function suggest({ kind, query }: Trigger, { canned, colleagues, emoji }: Sources): Suggestion[] {
  switch (kind) {
    case "canned":
      return ranked(
        canned,
        query,
        (item) => item.shortcut,
        (item) => item.text,
      ).map((item) => ({
        id: item.id,
        label: `/${item.shortcut}`,
        hint: item.text.replace(/\s+/g, " ").slice(0, 140),
        insert: item.text,
      }));
    case "mention":
      return ranked(
        colleagues,
        query,
        (item) => item.name,
        (item) => item.email,
      ).map((item) => ({
        id: item.id,
        label: item.name,
        hint: item.email,
        face: item,
        insert: `@${item.name}`,
      }));
    case "emoji":
      return ranked(
        emoji,
        query,
        ([, names]) => names,
        () => "",
      ).map(([sign, names]) => ({
        id: sign,
        label: `:${names.split(" ")[0] ?? ""}:`,
        sign,
        insert: sign,
      }));
    default:
      return kind satisfies never;
  }
}
