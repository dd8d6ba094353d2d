import { describe, expect, it } from "vitest";
import { addMessages, applyFact, EMPTY_THREAD, type Message, type Thread } from "./thread.ts";

const message = (seq: number, content = `m${seq}`): Message => ({
  fingerprint: seq * 100,
  seq,
  type: "text",
  content,
  from: "user",
  timestamp: seq,
  user: { user_id: "u", nickname: "n" },
});

const contents = (thread: Thread): unknown[] => thread.messages.map(({ content }) => content);

describe("a thread", () => {
  it("keeps the order and shows nothing twice", () => {
    let thread: Thread = addMessages<Message>(EMPTY_THREAD, [message(3), message(4)]);
    thread = addMessages(thread, [message(1), message(2), message(3)]);
    thread = applyFact(thread, "message:received", { ...message(5) });
    thread = applyFact(thread, "message:received", { ...message(5) });
    expect(contents(thread)).toEqual(["m1", "m2", "m3", "m4", "m5"]);
  });

  it("takes edits, removals and read marks", () => {
    let thread: Thread = addMessages<Message>(EMPTY_THREAD, [message(1), message(2)]);
    thread = applyFact(thread, "message:updated", { fingerprint: 100, content: "changed" });
    thread = applyFact(thread, "message:removed", { fingerprint: 200 });
    thread = applyFact(thread, "message:acknowledge:read:send", { fingerprints: [100] });
    expect(thread.messages).toMatchObject([
      { content: "changed", edited: true },
      { content: null, removed: true },
    ]);
    expect(thread.read.has(100)).toBe(true);
    expect(applyFact(thread, "session:set_state", {})).toBe(thread);
  });
});
