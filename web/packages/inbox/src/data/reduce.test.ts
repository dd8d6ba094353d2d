import { describe, expect, it } from "vitest";
import { appendPage, belongs, conversationOf, folderOf, placeRow, reduceRow, type World } from "./reduce.ts";
import type { ConversationRow, Filter, RowList } from "./types.ts";

const ADA = { id: "ada", name: "Ada", avatar: null, availability: "online" } as const;
const NOW = Date.parse("2026-11-21T12:00:00Z");
const WORLD: World = { me: "me", now: NOW, operators: new Map([["ada", ADA]]) };
const iso = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();

function row(id: string, fields: Partial<ConversationRow> = {}): ConversationRow {
  return {
    id,
    state: "unresolved",
    snoozed_until: null,
    assignee: null,
    inbox_id: null,
    widget_id: "w",
    subject: "",
    tags: [],
    created_at: iso(-60),
    updated_at: iso(-60),
    waiting_since: null,
    spam: false,
    last_seq: 3,
    unread: 0,
    visitor_read_seq: 0,
    last_message: null,
    contact: {} as ConversationRow["contact"],
    visitor: { online: false } as ConversationRow["visitor"],
    ...fields,
  };
}

const message = (fields: Record<string, unknown>) => ({
  session_id: "session_c1",
  type: "text",
  content: "Hi  there\nyou",
  from: "user",
  fingerprint: 1,
  timestamp: NOW,
  user: { user_id: "session_c1", nickname: "visitor1", avatar: null },
  client_id: null,
  seq: 4,
  ...fields,
});

const OPEN: Filter = { state: "open", whose: "all", unread: false, order: "activity" };
const list = (...rows: ConversationRow[]): RowList => ({
  rows,
  next: null,
  position: { stream: "w:1", epoch: "e", offset: 1 },
});
const ids = (found: RowList): string[] => found.rows.map((one) => one.id);

describe("a fact and the row of its conversation", () => {
  it("knows the conversation by its session id", () => {
    expect(conversationOf({ session_id: "session_c1" })).toBe("c1");
    expect(conversationOf({ website_id: "w" })).toBeNull();
  });

  it("a visitor's message counts, waits, reopens and wakes", () => {
    const before = row("c1", { state: "resolved", snoozed_until: iso(60) });
    const after = reduceRow(before, "message:send", message({}), WORLD);
    expect(after).toMatchObject({
      unread: 1,
      last_seq: 4,
      waiting_since: iso(0),
      state: "unresolved",
      snoozed_until: null,
    });
    expect(after?.last_message?.excerpt).toBe("Hi there you");
  });

  it.each([
    ["file", { name: "invoice.pdf", url: "https://x" }, "invoice.pdf"],
    ["audio", { url: "https://x", duration: 4 }, ""],
    [
      "picker",
      { text: "Which?", choices: [{ label: "Vase" }, { label: "Bowl", selected: true }] },
      "Which? ○ Vase ● Bowl",
    ],
    ["field", { text: "Your order?", explain: "Number", value: "42" }, "Your order? 42"],
    ["carousel", { text: "", targets: [{ title: "Vase", description: "Blue" }, { title: "Bowl" }] }, "Vase Blue Bowl"],
    ["text", null, ""],
  ])("a message of kind %s is told in one line as the server tells it", (type, content, line) => {
    const after = reduceRow(row("c1"), "message:send", message({ type, content } as never), WORLD);
    expect(after?.last_message).toMatchObject({ type, excerpt: line });
  });

  it("goes on waiting since the first unanswered message", () => {
    const after = reduceRow(row("c1", { waiting_since: iso(-5) }), "message:send", message({}), WORLD);
    expect(after?.waiting_since).toBe(iso(-5));
  });

  it("the same message twice changes nothing the second time", () => {
    const once = reduceRow(row("c1"), "message:send", message({}), WORLD);
    expect(once && reduceRow(once, "message:send", message({}), WORLD)).toBe(once);
  });

  it("an answer ends the waiting, a note does not", () => {
    const waiting = row("c1", { waiting_since: iso(-5), unread: 2 });
    expect(reduceRow(waiting, "message:received", message({ from: "operator" }), WORLD)?.waiting_since).toBeNull();
    const noted = reduceRow(
      waiting,
      "message:received",
      message({ from: "operator", type: "note", seq: undefined }),
      WORLD,
    );
    expect(noted).toMatchObject({ waiting_since: iso(-5), last_seq: 3, last_message: { type: "note" } });
  });

  it("state, snooze, assignment and tags come as they are", () => {
    expect(reduceRow(row("c1"), "session:set_state", { state: "resolved" }, WORLD)?.state).toBe("resolved");
    expect(reduceRow(row("c1"), "session:set_snooze", { snoozed_until: NOW }, WORLD)?.snoozed_until).toBe(iso(0));
    expect(reduceRow(row("c1"), "session:set_routing", { routing_id: "ada" }, WORLD)?.assignee).toEqual(ADA);
    expect(
      reduceRow(row("c1", { assignee: ADA }), "session:set_routing", { routing_id: null }, WORLD)?.assignee,
    ).toBeNull();
    expect(reduceRow(row("c1"), "session:set_segments", { segments: ["vip"] }, WORLD)?.tags).toEqual(["vip"]);
  });

  it("asks for the row where the fact says too little, and knows when it is gone", () => {
    expect(reduceRow(row("c1"), "session:set_routing", { routing_id: "nobody-we-know" }, WORLD)).toBeUndefined();
    expect(reduceRow(row("c1"), "people:bind:session", { people_id: "p" }, WORLD)).toBeUndefined();
    expect(reduceRow(row("c1"), "session:removed", {}, WORLD)).toBeNull();
    const same = row("c1");
    expect(reduceRow(same, "something:newer", {}, WORLD)).toBe(same);
  });
});

describe("spam", () => {
  it("is told under the conversation's own number, and can be taken back", () => {
    const told = { spam_id: "c1", type: "chat", reason: "reported" };
    expect(conversationOf(told)).toBe("c1");
    expect(reduceRow(row("c1"), "spam:message", told, WORLD)).toMatchObject({ spam: true });
    const spam = row("c1", { spam: true });
    expect(reduceRow(spam, "spam:decision", { spam_id: "c1", action: "accept" }, WORLD)).toMatchObject({ spam: false });
    expect(reduceRow(spam, "spam:decision", { spam_id: "c1", action: "reject" }, WORLD)).toBe(spam);
    expect(belongs(spam, OPEN, WORLD)).toBe(false);
    expect(belongs(spam, { ...OPEN, state: "spam" }, WORLD)).toBe(true);
  });
});

describe("a row and the lists", () => {
  it("lies in one folder at a time", () => {
    expect(folderOf(row("c1"), NOW)).toBe("open");
    expect(folderOf(row("c1", { snoozed_until: iso(1) }), NOW)).toBe("snoozed");
    expect(folderOf(row("c1", { snoozed_until: iso(-1) }), NOW)).toBe("open");
    expect(folderOf(row("c1", { state: "resolved", snoozed_until: iso(1) }), NOW)).toBe("resolved");
    expect(folderOf(row("c1", { state: "resolved", spam: true }), NOW)).toBe("spam");
  });

  it("belongs to mine, to nobody's, to all, and to the unread", () => {
    const mine = row("c1", { assignee: { ...ADA, id: "me" } });
    expect(belongs(mine, { ...OPEN, whose: "mine" }, WORLD)).toBe(true);
    expect(belongs(mine, { ...OPEN, whose: "unassigned" }, WORLD)).toBe(false);
    expect(belongs(row("c2"), { ...OPEN, whose: "unassigned" }, WORLD)).toBe(true);
    expect(belongs(row("c2"), { ...OPEN, unread: true }, WORLD)).toBe(false);
  });

  it("comes to the top with a new message", () => {
    const before = list(row("a", { updated_at: iso(-1) }), row("b", { updated_at: iso(-2) }));
    expect(ids(placeRow(before, row("b", { updated_at: iso(0) }), OPEN, WORLD))).toEqual(["b", "a"]);
  });

  it("who waits longest stands first, who does not wait stands behind", () => {
    const waiting: Filter = { ...OPEN, order: "waiting" };
    const before = list(row("a", { waiting_since: iso(-9) }), row("z", { updated_at: iso(0) }));
    expect(ids(placeRow(before, row("b", { waiting_since: iso(-20) }), waiting, WORLD))).toEqual(["b", "a", "z"]);
    expect(ids(placeRow(before, row("a", { updated_at: iso(-3) }), waiting, WORLD))).toEqual(["z", "a"]);
  });

  it("leaves where it no longer belongs, unless it is held", () => {
    const before = list(row("a"), row("b"));
    expect(ids(placeRow(before, row("a", { state: "resolved" }), OPEN, WORLD))).toEqual(["b"]);
    expect(placeRow(before, row("c", { state: "resolved" }), OPEN, WORLD)).toBe(before);
    const unread: Filter = { ...OPEN, unread: true };
    expect(ids(placeRow(before, row("a"), unread, WORLD, true))).toContain("a");
  });

  it("waits for its page behind the loaded end", () => {
    const more = { ...list(row("a", { updated_at: iso(-1) })), next: "cursor" };
    expect(ids(placeRow(more, row("old", { updated_at: iso(-500) }), OPEN, WORLD))).toEqual(["a"]);
    expect(ids(placeRow({ ...more, next: null }, row("old", { updated_at: iso(-500) }), OPEN, WORLD))).toEqual([
      "a",
      "old",
    ]);
  });

  it("a page that overlaps with what facts brought doubles nothing", () => {
    expect(ids(appendPage(list(row("a")), [row("a"), row("b")], null))).toEqual(["a", "b"]);
  });
});
