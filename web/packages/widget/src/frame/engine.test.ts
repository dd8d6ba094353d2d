import type { FakeClock, FakeSocket, MemoryStore } from "@halloo/core/testing.ts";
import { settle } from "@halloo/core/testing.ts";
import { beforeEach, describe, expect, it } from "vitest";
import { type Engine, type Message, NEW } from "./engine.ts";
import { type Call, conversation, event, hello, keys, ok, refuse, WIDGET, World } from "./testing.ts";

let world: World;
let clock: FakeClock;
let store: MemoryStore;
let calls: Call[];
let arrived: string[];
let failed: string[];
let answers: World["answers"];

const open = (): Engine => world.open();
const line = (): FakeSocket => world.line;
const accept = (streams?: { id: string; [field: string]: unknown }[]): Promise<void> => world.accept(streams);
const message = (...fields: Parameters<World["message"]>): Message => world.message(...fields);

beforeEach(() => {
  world = new World();
  ({ clock, store, calls, arrived, failed, answers } = world);
});

describe("who the visitor is", () => {
  it("makes first contact, keeps what the server gave, and comes back with it", async () => {
    open().start();
    await accept();
    expect(calls[0]).toMatchObject({ path: "/visitor", body: { parent_origin: "https://shop.example", locale: "en" } });
    expect(calls[0]?.body["user_id"]).toMatch(/^guest_[A-Za-z0-9_-]{22}$/);
    expect(store.get(keys.token)).toBe("hvt_1");
    expect(store.get(keys.user)).toBe("guest_server_gave_this_id");
    expect(line().sent[0]).toMatchObject({
      role: "visitor",
      widget: WIDGET,
      token: "relay",
      streams: [{ id: "v:v1" }],
    });
    // Nothing is loaded for somebody who has never been here.
    expect(calls).toHaveLength(1);
    open().start();
    await accept();
    expect(calls[1]).toMatchObject({ path: "/visitor", token: "hvt_1" });
    expect(calls[1]?.body).not.toHaveProperty("user_id");
    expect(calls.some(({ path }) => path.startsWith("/conversations?"))).toBe(true);
  });

  it("drops a dead token and starts again, silently", async () => {
    store.set(keys.token, "hvt_dead");
    store.set(keys.user, "guest_of_the_dead_token_here");
    answers["POST /visitor"] = ({ token }) =>
      token ? refuse(401, "visitor_token_invalid") : ok(hello("hvt_new"), 201);
    open().start();
    await accept();
    expect(store.get(keys.token)).toBe("hvt_new");
    expect(calls[1]?.body["user_id"]).not.toBe("guest_of_the_dead_token_here");
    expect(failed).toEqual([]);
  });

  it("goes on as whom another tab became meanwhile, and does not undo it", async () => {
    store.set(keys.token, "hvt_dead");
    answers["POST /visitor"] = ({ token }) => {
      if (token === "hvt_dead") return refuse(401, "visitor_token_invalid");
      if (token === "hvt_ada") return ok(hello(null));
      store.set(keys.token, "hvt_ada");
      return ok(hello("hvt_guest"), 201);
    };
    open().start();
    await accept();
    expect(calls.map(({ path, token }) => [path, token]).slice(0, 3)).toEqual([
      ["/visitor", "hvt_dead"],
      ["/visitor", undefined],
      ["/visitor", "hvt_ada"],
    ]);
    expect(store.get(keys.token)).toBe("hvt_ada");
  });

  it("keeps nothing of one visitor for the next, when a token is revoked on the way", async () => {
    store.set(keys.token, "hvt_1");
    const engine = open();
    engine.start();
    await accept();
    engine.view("c1");
    await settle();
    expect(engine.state.threads["c1"]).toBeDefined();
    const other = hello("hvt_2");
    answers["POST /visitor"] = ({ token }) =>
      token ? refuse(401, "visitor_token_invalid") : ok({ ...other, visitor: { ...other.visitor, id: "v2" } }, 201);
    line().break(4401);
    await clock.pass(500);
    await accept();
    expect(engine.state.threads).toEqual({});
    expect(engine.state.conversations).toEqual([]);
    expect(store.get(keys.token)).toBe("hvt_2");
  });

  it.each(["widget_not_found", "origin_not_allowed", "visitor_blocked"])("ends on %s", async (code) => {
    answers["POST /visitor"] = () => refuse(403, code);
    open().start();
    await settle();
    expect(failed).toEqual([code]);
    await clock.pass(60_000);
    expect(world.sockets).toEqual([]);
  });

  it("forgets everything on reset", async () => {
    const engine = open();
    engine.start();
    await accept();
    engine.send(NEW, "hello");
    await settle();
    answers["POST /visitor"] = () => ok(hello("hvt_2"), 201);
    await engine.reset();
    await settle();
    expect(calls.some(({ method, path }) => method === "DELETE" && path === "/visitor")).toBe(true);
    expect(engine.state.threads).toEqual({});
    expect(store.get(keys.token)).toBe("hvt_2");
    expect(store.get(keys.outbox)).toBeNull();
  });
});

describe("messages", () => {
  it("begins a conversation with the first message and follows it", async () => {
    const engine = open();
    let begun = "";
    engine.onStarted((id) => {
      begun = id;
    });
    engine.start();
    await accept();
    engine.setPage({ url: "https://shop.example/cart", title: "Cart", referrer: "" });
    engine.send(NEW, "hello");
    await settle();
    expect(calls.find(({ method, path }) => method === "POST" && path === "/conversations")?.body).toEqual({
      client_id: "id-1",
      page: { url: "https://shop.example/cart", title: "Cart", referrer: "" },
      message: { client_id: "id-1", type: "text", content: "hello" },
    });
    expect(begun).toBe("c1");
    expect(engine.state.threads["c1"]?.messages.map(({ content }) => content)).toEqual(["hello"]);
    expect(engine.state.outbox).toEqual([]);
    expect(line().last("subscribe")).toMatchObject({ streams: [{ id: "c:c1", epoch: "e", offset: 1 }] });
  });

  it("sends over the relay, repeats after a break with the same client_id, and shows it once", async () => {
    const engine = open();
    engine.start();
    await accept();
    engine.send(NEW, "hello");
    await settle();
    engine.send("c1", "again");
    await settle();
    const first = line().last("send");
    expect(first).toMatchObject({ conversation: "c1", message: { type: "text", content: "again" } });
    line().break(1006);
    await clock.pass(500);
    await accept([{ id: "c:c1", epoch: "e", offset: 2, recovered: true }]);
    const second = line().last("send");
    expect(second?.["client_id"]).toBe(first?.["client_id"]);
    const stored = message(2, "user", "again", String(second?.["client_id"]));
    line().say(event(2, "message:send", stored), {
      t: "ack",
      id: second?.["id"],
      conversation: "c1",
      seq: 2,
      message: stored,
    });
    await settle();
    expect(engine.state.threads["c1"]?.messages.map(({ content }) => content)).toEqual(["hello", "again"]);
    expect(engine.state.outbox).toEqual([]);
  });

  it("counts what the visitor has not seen, and marks it read when they look", async () => {
    store.set(keys.token, "hvt_1");
    const engine = open();
    engine.start();
    await accept();
    line().say(event(2, "message:received", message(2, "operator", "answer")));
    expect(arrived).toEqual(["answer"]);
    expect(engine.state.unread).toBe(1);
    answers["GET /conversations/c1/messages"] = () =>
      ok({
        data: [message(1, "user"), message(2, "operator", "answer")],
        has_more: false,
        last_seq: 2,
        position: { stream: "c:c1", epoch: "e", offset: 2 },
      });
    engine.view("c1");
    await clock.pass(1000);
    expect(line().last("read")).toMatchObject({ conversation: "c1", seq: 2 });
    expect(engine.state.unread).toBe(0);
  });

  it("sees the mark of an operator who reads before the messages are loaded", async () => {
    const engine = open();
    engine.start();
    await accept();
    let release = (): void => undefined;
    const wait = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.slow = { path: "/conversations/c1/messages", wait };
    engine.send(NEW, "hello");
    await settle();
    line().say({
      t: "ok",
      id: line().last("subscribe")?.["id"],
      streams: [{ id: "c:c1", epoch: "e", offset: 2, recovered: true }],
    });
    await settle();
    line().say(event(2, "message:acknowledge:read:send", { session_id: "session_c1", fingerprints: [101] }));
    release();
    await settle();
    expect(engine.state.conversations?.[0]?.operator_read_seq).toBe(1);
    expect(engine.state.threads["c1"]?.messages).toHaveLength(1);
  });

  it("takes the badge back when another tab has read", async () => {
    store.set(keys.token, "hvt_1");
    const engine = open();
    engine.start();
    await accept();
    line().say(event(2, "message:received", message(2, "operator")));
    line().say(event(3, "message:acknowledge:read:received", { session_id: "session_c1", fingerprints: [102] }));
    expect(engine.state.unread).toBe(0);
  });

  it("shows who types, until they have written", async () => {
    store.set(keys.token, "hvt_1");
    const engine = open();
    engine.start();
    await accept();
    const user = { user_id: "operator", nickname: "Grace", avatar: null };
    line().say({ t: "hint", name: "typing", data: { conversation_id: "c1", from: "operator", state: "start", user } });
    expect(engine.state.typing["c1"]?.map(({ name }) => name)).toEqual(["Grace"]);
    line().say(event(2, "message:received", message(2, "operator")));
    expect(engine.state.typing["c1"]).toEqual([]);
  });

  it("loads anew what the log cannot give back", async () => {
    store.set(keys.token, "hvt_1");
    const engine = open();
    engine.start();
    await accept();
    engine.view("c1");
    await settle();
    line().break(1006);
    await clock.pass(500);
    const before = calls.length;
    await accept([{ id: "c:c1", epoch: "other", offset: 700, recovered: false }]);
    expect(calls.slice(before).map(({ path }) => path.split("?")[0])).toEqual([
      "/conversations",
      "/conversations/c1/messages",
    ]);
  });
});

describe("what overtakes and what is lost", () => {
  const elsewhere = (offset: number) => ({
    ...event(offset, "session:request:initiated", { session_id: "session_c9" }),
    stream: "v:v1",
  });
  const pageOf = (messages: Message[], offset: number) =>
    ok({
      data: messages,
      has_more: messages[0]?.seq !== 1,
      last_seq: messages.at(-1)?.seq ?? 0,
      position: { stream: "c:c1", epoch: "e", offset },
    });

  beforeEach(() => store.set(keys.token, "hvt_1"));

  it("comes back without the conversation that was deleted while the tab slept", async () => {
    const engine = open();
    engine.start();
    await accept();
    line().break(1006);
    await clock.pass(500);
    await settle();
    line().onopen?.();
    expect(line().sent[0]).toMatchObject({ streams: [{ id: "v:v1" }, { id: "c:c1" }] });
    answers["GET /conversations"] = () => ok({ data: [], next_cursor: null });
    line().break(4403);
    await clock.pass(500);
    await accept();
    expect(line().sent[0]).toMatchObject({ t: "connect", streams: [{ id: "v:v1" }] });
    expect(engine.state).toMatchObject({ status: "live", conversations: [] });
  });

  it("tries less and less often where it is shut out again and again", async () => {
    open().start();
    await accept();
    const before = world.sockets.length;
    for (let round = 0; round < 60; round += 1) {
      line().onclose?.({ code: 4403 });
      await clock.pass(1000);
    }
    expect(world.sockets.length - before).toBeLessThan(8);
  });

  it("keeps a message that comes while a long thread is loaded", async () => {
    const engine = open();
    engine.start();
    await accept();
    const page = Array.from({ length: 50 }, (_, index) => message(index + 11, "operator"));
    answers["GET /conversations/c1/messages"] = () => pageOf(page, 60);
    engine.view("c1");
    line().say(event(2, "message:received", message(61, "operator", "just now")));
    await settle();
    expect(engine.state.threads["c1"]?.messages.at(-1)?.content).toBe("just now");
    expect(engine.state.threads["c1"]?.messages).toHaveLength(51);
  });

  it("counts an answer once that a list and a fact both tell, whichever is first", async () => {
    const engine = open();
    engine.start();
    await accept();
    answers["GET /conversations"] = () => ok({ data: [conversation({ last_seq: 2, unread: 1 })], next_cursor: null });
    line().say(elsewhere(1));
    await settle();
    expect(engine.state.unread).toBe(1);
    line().say(event(2, "message:received", message(2, "operator")));
    expect(engine.state.unread).toBe(1);
    line().say(event(3, "message:received", message(3, "operator")));
    line().say(elsewhere(2)); // the list that is asked for now is older than the line
    await settle();
    expect(engine.state.unread).toBe(2);
    expect(calls.filter(({ path }) => path.startsWith("/conversations?"))).toHaveLength(3);
  });

  it("asks for the list again where it could not be had just now", async () => {
    answers["GET /conversations"] = () => refuse(503, "unavailable");
    const engine = open();
    engine.start();
    await accept();
    expect(engine.state.conversations).toBeNull();
    answers["GET /conversations"] = () => ok({ data: [conversation()], next_cursor: null });
    await clock.pass(3000);
    expect(engine.state.conversations).toHaveLength(1);
  });

  it("meets a visitor once, however soon they write", async () => {
    store.set(keys.token, null);
    const engine = open();
    engine.start();
    engine.send(NEW, "hello");
    await accept();
    expect(calls.filter(({ path }) => path === "/visitor")).toHaveLength(1);
  });

  it("writes on in the conversation that another tab has begun with the same outbox", async () => {
    answers["POST /conversations"] = () => refuse(503, "unavailable");
    const engine = open();
    engine.start();
    await accept();
    engine.send(NEW, "one");
    engine.send(NEW, "two");
    await settle();
    line().say(event(2, "message:send", message(2, "user", "one", "id-1")));
    await clock.pass(3000);
    expect(line().last("send")).toMatchObject({ conversation: "c1", client_id: "id-2" });
    expect(calls.filter(({ method, path }) => method === "POST" && path === "/conversations")).toHaveLength(1);
  });

  it("follows who the visitor is proven to be, and nothing of the guest", async () => {
    const proven = { ...hello(null).visitor, id: "v2", identified: true };
    answers["POST /identify"] = () => ok({ visitor: proven, relay: { token: "relay2", expires_in: 900, streams: [] } });
    const engine = open();
    engine.start();
    await accept();
    answers["GET /conversations"] = () => ok({ data: [], next_cursor: null });
    await engine.identify("jwt");
    await accept();
    expect(line().sent[0]).toMatchObject({ token: "relay2", streams: [{ id: "v:v2" }] });
    expect(engine.state.conversations).toEqual([]);
  });

  it("shows nothing of a former visitor that arrives late", async () => {
    const engine = open();
    engine.start();
    await accept();
    engine.view("c1");
    answers["POST /visitor"] = () => ok(hello("hvt_2"), 201);
    store.set(keys.token, null);
    engine.follow();
    await accept();
    expect(engine.state).toMatchObject({ conversations: [], threads: {} });
    expect(line().sent[0]).toMatchObject({ streams: [{ id: "v:v1" }] });
  });
});
