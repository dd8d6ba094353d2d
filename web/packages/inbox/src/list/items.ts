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

/** The row `step` places away from the open one; the first where none is open. */
export function neighbour(
  rows: readonly ConversationRow[],
  order: Filter["order"],
  id: string | null,
  step: 1 | -1,
): ConversationRow | null {
  const drawn = listItems(rows, order).flatMap((item) => (item.kind === "row" ? [item.row] : []));
  const at = drawn.findIndex((row) => row.id === id);
  if (at < 0) return drawn[step === 1 ? 0 : drawn.length - 1] ?? null;
  return drawn[at + step] ?? null;
}
