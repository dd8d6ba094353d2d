/** The list as it is drawn: rows, and the headings between those who wait and the rest. */
import type { ConversationRow, Filter } from "../data/types.ts";

export type Item =
  | { readonly kind: "head"; readonly id: "waiting" | "rest"; readonly count: number }
  | { readonly kind: "row"; readonly row: ConversationRow };

/** How long a visitor should wait at most, in milliseconds. */
export const WAIT_GOAL_MS = 5 * 60_000;

export function listItems(rows: readonly ConversationRow[], order: Filter["order"]): Item[] {
  const drawn = (some: readonly ConversationRow[]): Item[] => some.map((row) => ({ kind: "row", row }));
  if (order !== "waiting") return drawn(rows);
  const waiting = rows.filter((row) => row.waiting_since !== null);
  const rest = rows.filter((row) => row.waiting_since === null);
  if (waiting.length === 0) return drawn(rest);
  return [
    { kind: "head", id: "waiting", count: waiting.length },
    ...drawn(waiting),
    ...(rest.length > 0 ? [{ kind: "head", id: "rest", count: rest.length } as const, ...drawn(rest)] : []),
  ];
}

/** Where the open conversation stands among the others, for when it goes away: answered, resolved, assigned. */
export interface Place {
  readonly id: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const drawnRows = (rows: readonly ConversationRow[], order: Filter["order"]): ConversationRow[] =>
  listItems(rows, order).flatMap((item) => (item.kind === "row" ? [item.row] : []));

/** Whether it still stands where it stood: one of its neighbours is the one it had. */
function stays(drawn: readonly ConversationRow[], at: number, { before, after }: Place): boolean {
  return at >= 0 && (drawn[at - 1]?.id === before.at(-1) || drawn[at + 1]?.id === after[0]);
}

/** The place of the open conversation as it is now; the old one where it has left it. */
export function keepPlace(
  place: Place | null,
  rows: readonly ConversationRow[],
  order: Filter["order"],
  id: string | null,
): Place | null {
  const drawn = drawnRows(rows, order);
  const at = drawn.findIndex((row) => row.id === id);
  const same = place !== null && place.id === id;
  if (id === null || at < 0 || (same && !stays(drawn, at, place))) return same ? place : null;
  const ids = drawn.map((row) => row.id);
  return { id, before: ids.slice(0, at), after: ids.slice(at + 1) };
}

/** The row `step` places away from the open one, or from where that one stood; the first where none is open. */
export function neighbour(
  rows: readonly ConversationRow[],
  order: Filter["order"],
  id: string | null,
  step: 1 | -1,
  place: Place | null,
): ConversationRow | null {
  const drawn = drawnRows(rows, order);
  const at = drawn.findIndex((row) => row.id === id);
  if (place !== null && place.id === id && !stays(drawn, at, place)) {
    const back = place.before.toReversed();
    const way = step === 1 ? [...place.after, ...back] : [...back, ...place.after];
    const found = way.map((one) => drawn.find((row) => row.id === one)).find(Boolean);
    if (found) return found;
  }
  if (at < 0) return drawn[step === 1 ? 0 : drawn.length - 1] ?? null;
  return drawn[at + step] ?? null;
}
