import { beforeEach, describe, expect, it } from "vitest";
import { createOutbox, OUTBOX_LIFE_MS, OUTBOX_LIMIT, type Outbox, type Outgoing } from "./outbox.ts";
import { OFFLINE, Refusal } from "./refusal.ts";
import { FakeClock, MemoryStore, settle } from "./testing.ts";

let clock: FakeClock;
let store: MemoryStore;
let delivered: Outgoing[];
let answer: (item: Outgoing) => Promise<void>;
let number = 0;

const open = (): Outbox =>
  createOutbox({
    store,
    key: "outbox",
    clock,
    uuid: () => {
      number += 1;
      return `id-${number}`;
    },
    deliver: (item) => {
      delivered.push(item);
      return answer(item);
    },
    onChange: () => undefined,
  });

const text = (content: string) => ({ type: "text", content });

beforeEach(() => {
  clock = new FakeClock();
  store = new MemoryStore();
  delivered = [];
  number = 0;
  answer = () => Promise.resolve();
});

describe("the outbox", () => {
  it("keeps a message until it was stored, then forgets it", async () => {
    const outbox = open();
    outbox.add("c", text("hello"));
    expect(store.get("outbox")).toContain("hello");
    await settle();
    expect(outbox.items).toEqual([]);
    expect(store.get("outbox")).toBeNull();
  });

  it("repeats with the same client_id after the line broke", async () => {
    answer = () => Promise.reject(new Refusal(OFFLINE));
    const outbox = open();
    outbox.add("c", text("hello"));
    await settle();
    answer = () => Promise.resolve();
    outbox.flush();
    await settle();
    expect(delivered.map((item) => item.client_id)).toEqual(["id-1", "id-1"]);
    expect(outbox.items).toEqual([]);
  });

  it("tries again by itself where one request was cut off and nobody says that the line is back", async () => {
    answer = () => Promise.reject(new Refusal(OFFLINE));
    const outbox = open();
    outbox.add("c", text("hello"));
    await settle();
    answer = () => Promise.resolve();
    await clock.pass(3000);
    expect(outbox.items).toEqual([]);
  });

  it("sends one after another in a conversation, and conversations beside each other", async () => {
    let release = (): void => undefined;
    answer = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const outbox = open();
    outbox.add("c", text("one"));
    outbox.add("c", text("two"));
    outbox.add("d", text("other"));
    await settle();
    expect(delivered.map((item) => item.message.content)).toEqual(["one", "other"]);
    answer = () => Promise.resolve();
    outbox.settle("id-1");
    release();
    await settle();
    expect(outbox.items.map((item) => item.message.content)).toEqual(["one", "two"].slice(1));
  });

  it("survives a reload and sends what was left", async () => {
    answer = () => Promise.reject(new Refusal(OFFLINE));
    open().add("c", text("hello"));
    await settle();
    answer = () => Promise.resolve();
    const later = open();
    expect(later.items).toHaveLength(1);
    later.flush();
    await settle();
    expect(delivered.at(-1)?.client_id).toBe("id-1");
    expect(later.items).toEqual([]);
  });

  it("drops what is older than a day, and damaged storage", () => {
    answer = () => Promise.reject(new Refusal(OFFLINE));
    open().add("c", text("hello"));
    clock.time += OUTBOX_LIFE_MS;
    expect(open().items).toEqual([]);
    store.set("outbox", "{broken");
    expect(open().items).toEqual([]);
  });

  it("takes fifty and no more", () => {
    answer = () => new Promise(() => undefined);
    const outbox = open();
    for (let count = 0; count < OUTBOX_LIMIT; count += 1) expect(outbox.add("c", text("x"))).not.toBeNull();
    expect(outbox.add("c", text("x"))).toBeNull();
  });

  it("marks a refused message as failed, goes on with the next, and tries again on demand", async () => {
    answer = (item) =>
      item.message.content === "bad" ? Promise.reject(new Refusal("field_invalid")) : Promise.resolve();
    const outbox = open();
    outbox.add("c", text("bad"));
    outbox.add("c", text("good"));
    await settle();
    expect(outbox.items).toMatchObject([{ client_id: "id-1", state: "failed", error: "field_invalid" }]);
    answer = () => Promise.resolve();
    outbox.again("id-1");
    await settle();
    expect(outbox.items).toEqual([]);
  });

  it("waits as long as the server asks", async () => {
    answer = () => Promise.reject(new Refusal("rate_limited", "", 429, {}, 2000));
    const outbox = open();
    outbox.add("c", text("hello"));
    await settle();
    answer = () => Promise.resolve();
    await clock.pass(1999);
    expect(delivered).toHaveLength(1);
    await clock.pass(1);
    expect(delivered).toHaveLength(2);
  });

  it("gives waiting messages the conversation's real id", async () => {
    answer = () => new Promise(() => undefined);
    const outbox = open();
    outbox.add("new", text("one"));
    outbox.adopt("new", "c");
    expect(outbox.items[0]?.thread).toBe("c");
  });

  it("leaves another tab's messages in the storage", async () => {
    answer = () => Promise.reject(new Refusal(OFFLINE));
    const first = open();
    const second = open();
    first.add("c", text("from the first"));
    second.add("c", text("from the second"));
    await settle();
    expect(open().items.map((item) => item.message.content)).toEqual(["from the first", "from the second"]);
    first.settle("id-1");
    expect(open().items.map((item) => item.message.content)).toEqual(["from the second"]);
  });
});
