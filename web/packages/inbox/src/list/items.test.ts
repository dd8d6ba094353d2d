import { expect, it } from "vitest";
import type { ConversationRow } from "../data/types.ts";
import { keepPlace, neighbour } from "./items.ts";

const rows = (words: string): ConversationRow[] =>
  [...words].map(
    (id) => ({ id, waiting_since: id === id.toLowerCase() ? "2026-11-29T10:00:00Z" : null }) as ConversationRow,
  );
const answered = (some: readonly ConversationRow[], id: string): ConversationRow[] =>
  some.map((row) => (row.id === id ? { ...row, waiting_since: null } : row));
const idOf = (row: ConversationRow | null): string | null => row?.id ?? null;

it("goes through the list as it is drawn", () => {
  const list = rows("abXY");
  expect(idOf(neighbour(list, "waiting", null, 1, null))).toBe("a");
  expect(idOf(neighbour(list, "waiting", null, -1, null))).toBe("Y");
  expect(idOf(neighbour(list, "waiting", "b", 1, null))).toBe("X");
  expect(idOf(neighbour(list, "waiting", "Y", 1, null))).toBe(null);
});

it("whoever was answered leaves the next one who waits, not the next who was answered", () => {
  const list = rows("abcXY");
  const place = keepPlace(null, list, "waiting", "b");
  const after = answered(list, "b");
  const kept = keepPlace(place, after, "waiting", "b");
  expect(kept).toBe(place);
  expect(idOf(neighbour(after, "waiting", "b", 1, kept))).toBe("c");
  expect(idOf(neighbour(after, "waiting", "b", -1, kept))).toBe("a");
});

it("what is gone from the list leaves its place behind, to either side", () => {
  const list = rows("abcX");
  const place = keepPlace(null, list, "waiting", "b");
  const after = list.filter((row) => row.id !== "b");
  expect(idOf(neighbour(after, "waiting", "b", 1, keepPlace(place, after, "waiting", "b")))).toBe("c");
  expect(idOf(neighbour(after, "waiting", "b", -1, place))).toBe("a");
  const last = keepPlace(null, list, "waiting", "X");
  expect(idOf(neighbour(rows("abc"), "waiting", "X", 1, last))).toBe("c");
});

it("a place follows what comes around it, and no other conversation", () => {
  const place = keepPlace(null, rows("ab"), "waiting", "a");
  const grown = keepPlace(place, rows("abc"), "waiting", "a");
  expect(grown?.after).toEqual(["b", "c"]);
  expect(keepPlace(grown, rows("abc"), "waiting", "c")?.before).toEqual(["a", "b"]);
  expect(keepPlace(grown, rows("abc"), "waiting", "z")).toBe(null);
});
