import { expect, it } from "vitest";
import { rank } from "./rank.ts";

it("puts the beginning of a label first, then of a word, then what contains, then letters in order", () => {
  const items = ["Sign out", "All open conversations", "Open contact", "Snooze", "Keyboard shortcuts"].map((label) => ({
    label,
  }));
  expect(rank(items, "open").map((item) => item.label)).toEqual(["Open contact", "All open conversations"]);
  expect(rank(items, "kbs").map((item) => item.label)).toEqual(["Keyboard shortcuts"]);
  expect(rank(items, "xyz")).toEqual([]);
});
