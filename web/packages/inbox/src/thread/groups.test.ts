import { describe, expect, it } from "vitest";
import type { MessageView } from "../data/types.ts";
import { blocksOf, firstUnreadOf, readMark, withFeedback } from "./groups.ts";

const START = new Date(2026, 10, 21, 10, 0).getTime();
const ME = { id: "me", name: "Me", avatar: null };

const said = (
  fingerprint: number,
  from: "user" | "operator",
  minutes: number,
  fields: Partial<MessageView> = {},
): MessageView => ({
  id: String(fingerprint),
  fingerprint,
  type: "text",
  content: `text ${fingerprint}`,
  from,
  origin: "chat",
  timestamp: START + minutes * 60_000,
  user: { user_id: from, nickname: from, avatar: null },
  client_id: null,
  edited: false,
  removed: false,
  seq: fingerprint,
  ...fields,
});

const shape = (blocks: ReturnType<typeof blocksOf>) =>
  blocks.map((block) => (block.kind === "run" ? `${block.side}:${block.lines.length}` : block.kind));

describe("the blocks of a thread", () => {
  it("joins what one author says within minutes, and parts days", () => {
    const messages = [
      said(1, "user", 0),
      said(2, "user", 1),
      said(3, "user", 20),
      said(4, "operator", 21),
      said(5, "operator", 24 * 60 + 21),
    ];
    expect(shape(blocksOf(messages, [], ME, null))).toEqual([
      "day",
      "visitor:2",
      "visitor:1",
      "operator:1",
      "day",
      "operator:1",
    ]);
  });

  it("keeps notes apart from replies", () => {
    const messages = [said(1, "operator", 0), said(2, "operator", 0, { type: "note" }), said(3, "operator", 0)];
    expect(shape(blocksOf(messages, [], ME, null))).toEqual(["day", "operator:1", "note:1", "operator:1"]);
  });

  it("says where feedback came in, on a day of its own if need be", () => {
    const messages = [said(1, "user", 0), said(2, "operator", 10), said(3, "user", 48 * 60)];
    const blocks = blocksOf(messages, [], ME, null);
    const at = (minutes: number) => shape(withFeedback(blocks, START + minutes * 60_000));
    expect(at(5)).toEqual(["day", "visitor:1", "feedback", "operator:1", "day", "visitor:1"]);
    expect(at(20)).toEqual(["day", "visitor:1", "operator:1", "feedback", "day", "visitor:1"]);
    expect(at(24 * 60)).toEqual(["day", "visitor:1", "operator:1", "day", "feedback", "day", "visitor:1"]);
    expect(at(48 * 60 - 1)).toEqual(["day", "visitor:1", "operator:1", "day", "feedback", "visitor:1"]);
    expect(at(49 * 60).at(-1)).toBe("feedback");
    expect(withFeedback(blocks, null)).toEqual(blocks);
  });

  it("says where the unread begin", () => {
    const messages = [said(1, "user", 0), said(2, "user", 1), said(3, "user", 2)];
    expect(firstUnreadOf(messages, 2)).toBe(2);
    expect(firstUnreadOf(messages, 0)).toBeNull();
    expect(shape(blocksOf(messages, [], ME, 2))).toEqual(["day", "visitor:1", "new", "visitor:2"]);
  });

  it("shows what is on its way once, under the same key before and after", () => {
    const item = {
      client_id: "k",
      thread: "c",
      message: { type: "text", content: "yes", mentions: [] },
      at: START,
      state: "sending",
      error: null,
    } as const;
    const before = blocksOf([], [item], ME, null);
    const after = blocksOf([said(9, "operator", 0, { client_id: "k" })], [item], ME, null);
    expect(shape(before)).toEqual(["day", "operator:1"]);
    expect(shape(after)).toEqual(["day", "operator:1"]);
    const key = (blocks: typeof before) =>
      blocks.flatMap((block) => (block.kind === "run" ? block.lines.map((line) => line.key) : []));
    expect(key(before)).toEqual(key(after));
  });

  it("marks the last message of the operators as read by the visitor's position", () => {
    const messages = [
      said(1, "user", 0),
      said(2, "operator", 1),
      said(3, "operator", 2, { type: "note", seq: undefined as never }),
    ];
    expect(readMark(messages, 1)).toEqual({ last: 2, read: false });
    expect(readMark(messages, 2)).toEqual({ last: 2, read: true });
  });
});

it("what happened stands between the runs, by its name where it has no words, and is gone when it was taken back", () => {
  const happened = (fingerprint: number, content: unknown, fields = {}): MessageView =>
    said(fingerprint, "operator", 2, { type: "event", content, ...fields });
  const blocks = blocksOf(
    [
      said(1, "operator", 1),
      happened(2, { namespace: "order:shipped", text: "Shipped" }),
      happened(3, { namespace: "state:resolved" }),
      happened(4, null, { removed: true }),
      said(5, "operator", 3),
    ],
    [],
    ME,
    null,
  );
  expect(shape(blocks)).toEqual(["day", "operator:1", "event", "event", "operator:1"]);
  expect(blocks.flatMap((block) => (block.kind === "event" ? [block.text] : []))).toEqual([
    "Shipped",
    "state:resolved",
  ]);
});
