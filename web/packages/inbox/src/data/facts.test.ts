import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { applyToCaches, caughtUp } from "./facts.ts";
import { keys } from "./keys.ts";
import { loadAround } from "./queries.ts";
import { client } from "./query.ts";
import type { ConversationRow, Filter, MessageView, RowList, Talk } from "./types.ts";

const W = "w:ws";
const OPEN: Filter = { state: "open", whose: "all", unread: false, order: "activity" };
const at = (offset: number) => ({ stream: W, epoch: "e", offset });

const row = (fields: Partial<ConversationRow> = {}) =>
  ({
    id: "c1",
    state: "unresolved",
    snoozed_until: null,
    assignee: null,
    tags: [],
    updated_at: "2026-11-21T09:00:00.000Z",
    waiting_since: null,
    last_seq: 1,
    unread: 0,
    contact: {},
    visitor: {},
    ...fields,
  }) as unknown as ConversationRow;

const message = (seq: number) =>
  ({
    session_id: "session_c1",
    type: "text",
    from: "user",
    content: `m${seq}`,
    fingerprint: 1_000 + seq,
    seq,
    timestamp: Date.parse("2026-11-21T09:00:00Z") + seq,
    user: { user_id: "u", nickname: "u" },
  }) as unknown as MessageView;

const said = (seq: number, offset: number) =>
  applyToCaches("message:send", message(seq) as unknown as Record<string, unknown>, W, offset);
const shown = (): ConversationRow | undefined => client.getQueryData<RowList>(keys.list(OPEN))?.rows[0];

let asked: string[];
let answer: (path: string) => unknown;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  answer = () => ({});
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    return { status: 200, headers: { get: () => null }, text: async () => JSON.stringify(answer(path)) };
  });
});

afterEach(() => {
  client.clear();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a fact and an answer that race", () => {
  it("counts a message once where the list was faster than the line", async () => {
    client.setQueryData<RowList>(keys.list(OPEN), {
      rows: [row({ last_seq: 2, unread: 1 })],
      next: null,
      position: at(12),
    });
    answer = () => ({ ...row({ last_seq: 2, unread: 1 }), position: { w: at(12) } });
    applyToCaches("session:set_state", { session_id: "session_c1", state: "resolved" }, W, 11);
    said(2, 12);
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toContain("/core/conversations/c1");
    expect(shown()).toMatchObject({ state: "unresolved", unread: 1 });
    said(3, 13);
    expect(shown()).toMatchObject({ unread: 2 });
  });

  it("asks again for a conversation that was on its way while something came that no rule applies", async () => {
    applyToCaches("session:sync:rating", { session_id: "session_c9", rating: { stars: 4 } }, W, 41);
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).not.toContain("/core/conversations/c9");
    answer = () => ({ ...row({ id: "c9" }), position: { w: at(41) } });
    caughtUp.conversation({ ...row({ id: "c9" }), position: { w: at(40) } } as never);
    await vi.advanceTimersByTimeAsync(500);
    expect(asked.filter((path) => path === "/core/conversations/c9")).toHaveLength(1);
  });

  it("gives rows of a next page the facts that came while it was on its way", () => {
    said(2, 22);
    expect(caughtUp.rows([row()], at(21))[0]).toMatchObject({ last_seq: 2, unread: 1 });
    expect(caughtUp.rows([row()], at(22))[0]).toMatchObject({ last_seq: 1, unread: 0 });
  });

  it("shows a message that came while a jump loaded the end of the conversation", async () => {
    answer = (path) => ({
      data: path.includes("before=") ? [message(1)] : [message(2)],
      has_more: false,
      last_seq: 2,
      position: at(31),
    });
    const jump = loadAround("c1", 1_002);
    said(3, 32);
    await jump;
    const talk = client.getQueryData<Talk>(keys.talk("c1"));
    expect(talk?.thread.messages.map(({ content }) => content)).toEqual(["m1", "m2", "m3"]);
  });

  it("loads an open conversation again for feedback and data, and marks the report old", async () => {
    const view = { ...row(), position: { w: at(40) }, custom_metadata: {}, feedback: null };
    client.setQueryData(keys.conversation("c1"), view);
    client.setQueryData(keys.feedbackReport("?days=7"), { count: 0 });
    answer = () => ({ ...view, position: { w: at(42) }, custom_metadata: { plan: "pro" }, feedback: { stars: 4 } });
    applyToCaches("session:sync:rating", { session_id: "session_c1", rating: { stars: 4 } }, W, 41);
    applyToCaches("session:set_data", { session_id: "session_c1", data: { plan: "pro" } }, W, 42);
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toEqual(["/core/conversations/c1"]);
    expect(client.getQueryData(keys.conversation("c1"))).toMatchObject({
      feedback: { stars: 4 },
      custom_metadata: { plan: "pro" },
    });
    expect(client.getQueryState(keys.feedbackReport("?days=7"))?.isInvalidated).toBe(true);
  });

  it("loads a conversation that is open and in no list again when its contact changed", async () => {
    const view = { ...row(), contact: { id: "k1" }, position: { w: at(50) } };
    client.setQueryData(keys.conversation("c1"), view);
    answer = () => ({ ...view, contact: { id: "k1", name: "Ada" } });
    applyToCaches("people:profile:updated", { people_id: "k1" }, W, 51);
    await vi.advanceTimersByTimeAsync(500);
    expect(client.getQueryData(keys.conversation("c1"))).toMatchObject({ contact: { name: "Ada" } });
  });
});
