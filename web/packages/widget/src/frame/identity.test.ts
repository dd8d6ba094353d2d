import { settle } from "@halloo/core/testing.ts";
import { beforeEach, describe, expect, it } from "vitest";
import { type Engine, NEW } from "./engine.ts";
import { conversation, event, hello, identified, keys, ok, record, refuse, World } from "./testing.ts";

let world: World;
const required = record({ security: { require_verified_embedding: false, identity: "required" } });

async function visit(engine: Engine = world.open()): Promise<Engine> {
  engine.start();
  await world.accept();
  return engine;
}

/** Everything that lies in the storage, as one text. */
const stored = (): string => JSON.stringify([...world.store.map]);

/** What a browser tells the other tabs when the token's key has changed. */
async function told(tab: Engine): Promise<void> {
  tab.follow();
  await settle();
}

beforeEach(() => {
  world = new World();
});

describe("proving who the visitor is", () => {
  it("makes first contact before it proves anything", async () => {
    world.answers["POST /identify"] = () => ok(identified());
    const engine = world.open();
    await engine.identify("header.payload.signature");
    expect(world.calls.map(({ method, path }) => `${method} ${path.split("?")[0]}`)).toEqual([
      "POST /visitor",
      "POST /identify",
      "GET /conversations",
    ]);
    expect(world.asked("POST", "/identify")[0]).toMatchObject({
      token: "hvt_1",
      body: { token: "header.payload.signature" },
    });
    expect(world.store.get(keys.token)).toBe("hvt_ada");
    expect(world.store.get(keys.user)).toBeNull();
    expect(engine.state.me).toMatchObject({ name: "Ada", identified: true, visitor_token: null });
  });

  it("hands on a hash of an address or of an id as it stands in the JSON text", async () => {
    world.answers["POST /identify"] = () => ok(identified());
    const engine = await visit();
    await engine.identify('{"email":"ada@example.com","hmac":"ab12"}');
    await engine.identify('{"user_id":"7","hmac":"cd34"}');
    expect(world.asked("POST", "/identify").map(({ body }) => body)).toEqual([
      { email: "ada@example.com", hmac: "ab12" },
      { user_id: "7", hmac: "cd34" },
    ]);
    await expect(engine.identify("{broken")).rejects.toMatchObject({ code: "identity_invalid" });
  });

  it("leaves the visitor who they were where the server refuses", async () => {
    world.answers["POST /identify"] = () => refuse(401, "identity_invalid", { reason: "expired" });
    const engine = await visit();
    await expect(engine.identify("jwt")).rejects.toMatchObject({ code: "identity_invalid" });
    expect(world.store.get(keys.token)).toBe("hvt_1");
    expect(engine.state.me?.identified).toBe(false);
  });

  it("takes along what the guest had not sent yet, but only to conversations that came along, too", async () => {
    world.answers["POST /identify"] = () => ok(identified({}, 1));
    world.answers["POST /conversations"] = () => refuse(503, "unavailable");
    const engine = await visit();
    engine.remember({ drafts: { c1: "to one that came along", c9: "to one that did not", [NEW]: "half a question" } });
    engine.send(NEW, "not sent yet");
    engine.send("c9", "to a conversation that is not theirs");
    await settle();
    await engine.identify("jwt");
    expect(engine.state.memory.drafts).toEqual({ c1: "to one that came along", [NEW]: "half a question" });
    expect(engine.state.outbox.map(({ message }) => message.content)).toEqual(["not sent yet"]);
  });

  it("leaves nothing of one proven visitor for another", async () => {
    world.answers["POST /visitor"] = () => ok(hello(null, { id: "v2", identified: true }));
    world.store.set(keys.token, "hvt_ada");
    const engine = await visit();
    engine.view("c1");
    engine.remember({ drafts: { [NEW]: "a secret of Ada's" }, sound: false });
    world.store.set(keys.form, '{"hash":"h","fields":{"email":"ada@example.com"}}');
    engine.send("c1", "another secret of Ada's");
    await settle();
    world.answers["POST /identify"] = () => ok(identified({ id: "v3", visitor_token: "hvt_bob", name: "Bob" }));
    world.answers["GET /conversations"] = () => ok({ data: [], next_cursor: null });
    await engine.identify("jwt of Bob");
    expect(engine.state).toMatchObject({ conversations: [], threads: {}, outbox: [] });
    expect(engine.state.memory).toEqual({ sound: false, proven: true, drafts: {} });
    expect(stored()).not.toMatch(/ada|secret/i);
  });

  it("asks for no thread of who was here before, though the screen draws it once more", async () => {
    const engine = await visit();
    engine.view("c1");
    await settle();
    await engine.reset();
    world.calls.length = 0;
    engine.view("c1");
    await settle();
    expect(world.calls.filter(({ path }) => path.includes("/c1/"))).toEqual([]);
  });

  it("does not interrupt anybody where a page says again who they are", async () => {
    world.answers["POST /visitor"] = () => ok(hello(null, { id: "v2", identified: true }));
    world.store.set(keys.token, "hvt_old");
    const engine = await visit();
    const lines = world.sockets.length;
    world.answers["POST /identify"] = () => ok(identified());
    await engine.identify("jwt");
    expect(world.sockets).toHaveLength(lines);
    expect(engine.state.conversations).toHaveLength(1);
    expect(world.store.get(keys.token)).toBe("hvt_ada");
  });

  it("proves a visitor anew whose token died meanwhile", async () => {
    world.answers["POST /identify"] = ({ token }) =>
      token === "hvt_1" ? refuse(401, "visitor_token_invalid") : ok(identified());
    const engine = await visit();
    world.answers["POST /visitor"] = ({ token }) =>
      token ? refuse(401, "visitor_token_invalid") : ok(hello("hvt_2", { id: "v9" }), 201);
    await engine.identify("jwt");
    expect(world.store.get(keys.token)).toBe("hvt_ada");
  });

  it("honours no proof that was under way when the visitor was reset", async () => {
    const engine = await visit();
    let release = (): void => undefined;
    world.slow = {
      path: "/identify",
      wait: new Promise<void>((resolve) => {
        release = resolve;
      }),
    };
    world.answers["POST /identify"] = () => ok(identified());
    const proof = engine.identify("jwt");
    await settle();
    await engine.reset();
    release();
    await expect(proof).rejects.toMatchObject({ code: "identity_invalid" });
    expect(stored()).not.toContain("hvt_ada");
  });
});

describe("a widget that wants to know who is there", () => {
  it("asks to sign in until they have, and sends then what was refused", async () => {
    world.answers["POST /conversations"] = ({ token }) =>
      token === "hvt_ada"
        ? ok({ conversation: conversation(), message: null, visitor: { user_id: "ada", visitor_token: null } }, 201)
        : refuse(403, "identity_required");
    world.answers["POST /identify"] = () => ok(identified());
    world.answers["GET /conversations"] = () => ok({ data: [], next_cursor: null });
    const engine = world.open(required);
    expect(engine.state.signIn).toBe(true);
    await visit(engine);
    engine.send(NEW, "hello");
    await settle();
    expect(engine.state.outbox[0]).toMatchObject({ state: "failed", error: "identity_required" });
    await engine.identify("jwt");
    await world.accept();
    expect(engine.state.signIn).toBe(false);
    expect(engine.state.outbox).toEqual([]);
  });

  it("learns it from a refusal where the owner has only just decided it", async () => {
    world.answers["POST /conversations"] = () => refuse(403, "identity_required");
    const engine = await visit();
    expect(engine.state.signIn).toBe(false);
    engine.send(NEW, "hello");
    await settle();
    expect(engine.state.signIn).toBe(true);
  });

  it("tells the page when a proven visitor's token has died, and keeps nothing of theirs", async () => {
    world.answers["POST /visitor"] = ({ token }) =>
      token === "hvt_ada" ? ok(hello(null, { id: "v2", identified: true })) : refuse(401, "visitor_token_invalid");
    world.store.set(keys.token, "hvt_ada");
    const engine = await visit();
    engine.remember({ drafts: { [NEW]: "a secret of Ada's" } });
    world.answers["POST /visitor"] = ({ token }) =>
      token ? refuse(401, "visitor_token_invalid") : ok(hello("hvt_9", { id: "v9" }), 201);
    world.line.break(4401);
    await world.clock.pass(500);
    await world.accept();
    expect(world.errors).toEqual(["visitor_token_invalid"]);
    expect(world.store.get(keys.token)).toBe("hvt_9");
    expect(stored()).not.toContain("secret");
  });

  it("says nothing to the page where a guest's token has died", async () => {
    world.store.set(keys.token, "hvt_dead");
    world.answers["POST /visitor"] = ({ token }) =>
      token ? refuse(401, "visitor_token_invalid") : ok(hello("hvt_9"), 201);
    await visit();
    expect(world.errors).toEqual([]);
  });
});

describe("several tabs", () => {
  it("follow where one has proven who is there", async () => {
    const one = await visit();
    const two = await visit();
    two.view("c1");
    await settle();
    world.answers["POST /identify"] = () => ok(identified());
    await one.identify("jwt");
    world.answers["POST /visitor"] = () => ok(hello(null, { id: "v2", identified: true, name: "Ada" }));
    const theirs = conversation({ id: "c7", position: { stream: "c:c7", epoch: "e", offset: 1 } });
    world.answers["GET /conversations"] = () => ok({ data: [theirs], next_cursor: null });
    await told(two);
    await world.accept();
    expect(two.state.me).toMatchObject({ id: "v2", name: "Ada" });
    expect(two.state.conversations?.map(({ id }) => id)).toEqual(["c7"]);
    expect(two.state.threads).toEqual({});
    expect(world.line.sent[0]).toMatchObject({ streams: [{ id: "v:v2" }, { id: "c:c7" }] });
  });

  it("forget everything where one was reset, and none wipes what the other has begun since", async () => {
    world.store.set(keys.token, "hvt_ada");
    world.answers["POST /visitor"] = ({ token }) =>
      token ? ok(hello(null, { id: "v2", identified: true })) : ok(hello("hvt_new", { id: "v9" }), 201);
    const one = await visit();
    const two = await visit();
    two.remember({ drafts: { [NEW]: "a secret of Ada's" } });
    two.send("c1", "another secret of Ada's");
    two.view("c1");
    await settle();
    await one.reset();
    await settle();
    expect(world.asked("DELETE", "/visitor")[0]?.token).toBe("hvt_ada");
    expect(stored()).not.toContain("secret");
    world.answers["POST /visitor"] = () => ok(hello(null, { id: "v9" }));
    await told(two);
    expect(two.state).toMatchObject({ outbox: [], threads: {}, memory: { proven: false } });
    expect(stored()).not.toContain("secret");
    expect(world.store.get(keys.token)).toBe("hvt_new");
  });

  it("forget at once, also where the server does not answer", async () => {
    const engine = await visit();
    engine.remember({ drafts: { [NEW]: "a secret" } });
    world.slow = { path: "/visitor", wait: new Promise(() => undefined) };
    void engine.reset();
    await settle();
    expect(stored()).toBe("[]");
    expect(engine.state).toMatchObject({ me: null, memory: {}, conversations: null });
  });

  it("make one first contact together", async () => {
    let busy: Promise<unknown> = Promise.resolve();
    const alone = <Done>(work: () => Promise<Done>): Promise<Done> => {
      const mine = busy.then(work);
      busy = mine.catch(() => undefined);
      return mine;
    };
    world.open(record(), { alone }).start();
    world.open(record(), { alone }).start();
    await settle();
    await settle();
    expect(world.asked("POST", "/visitor").map(({ token }) => token)).toEqual([undefined, "hvt_1"]);
  });
});

describe("a link that was sent by mail", () => {
  it("goes on as whom it was sent to, and opens the chat", async () => {
    world.answers["POST /continue"] = () => ok(identified({ identified: false }));
    world.answers["POST /visitor"] = () => ok({ ...hello(null, { id: "v2" }), mail: true });
    const engine = world.open(record(), { continueCode: "code" });
    await visit(engine);
    expect(world.asked("POST", "/continue")[0]).toMatchObject({ body: { code: "code" }, token: undefined });
    expect(world.calls.filter(({ path }) => path === "/visitor").every(({ token }) => token === "hvt_ada")).toBe(true);
    expect(engine.state).toMatchObject({ continued: "done", mail: true, me: { id: "v2" } });
    expect(world.wanted).toBe(1);
  });

  it("says whose chat it is, until the visitor has seen it or somebody proves who they are", async () => {
    const mask = (engine: { state: { memory: object } }) => (engine.state.memory as { brought?: string }).brought;
    const brought = { visitor: { ...identified().visitor, email: "eve@evil.example", identified: false } };
    world.answers["POST /continue"] = () => ok({ ...identified(), ...brought });
    world.answers["POST /visitor"] = () => ok(hello(null, { id: "v2", email: "mine@example.com" }));
    const engine = world.open(record(), { continueCode: "code" });
    await visit(engine);
    expect(mask(engine)).toBe("e•••@evil.example");
    const next = world.open(record());
    await visit(next);
    expect(mask(next)).toBe("e•••@evil.example");
    world.answers["POST /identify"] = () => ok(identified());
    await next.identify("a.b.c");
    expect(mask(next)).toBeUndefined();
  });

  it("says nothing where the chat was this browser's already", async () => {
    await visit();
    world.answers["POST /continue"] = () => ok({ ...identified({ id: "v1", identified: false }) });
    const engine = world.open(record(), { continueCode: "code" });
    await visit(engine);
    expect(engine.state).toMatchObject({ continued: "done", me: { id: "v1" } });
    expect(engine.state.memory).not.toHaveProperty("brought", expect.anything());
  });

  it("says that it is used up, and the chat works all the same", async () => {
    world.answers["POST /continue"] = () => refuse(403, "continue_invalid");
    const engine = await visit(world.open(record(), { continueCode: "old" }));
    expect(engine.state).toMatchObject({ continued: "invalid", status: "live" });
    expect(world.wanted).toBe(1);
  });

  it("is redeemed as soon as there is a line", async () => {
    world.answers["POST /continue"] = () => refuse(503, "unavailable");
    const engine = world.open(record(), { continueCode: "code" });
    engine.start();
    await settle();
    expect(engine.state.continued).toBe("working");
    world.answers["POST /continue"] = () => ok(identified());
    world.answers["POST /visitor"] = () => ok(hello(null, { id: "v2", identified: true }));
    await world.clock.pass(3000);
    await world.accept();
    expect(engine.state.continued).toBe("done");
  });
});

describe("proof of the page", () => {
  const verified = record({ security: { require_verified_embedding: true, identity: "optional" } });

  it("fetches a ticket for each greeting, and one more where it came too late", async () => {
    const tickets = ["first", "second"];
    world.answers["POST /visitor"] = ({ body }) =>
      body["embed_ticket"] === "second" ? ok(hello(), 201) : refuse(403, "ticket_invalid");
    await visit(world.open(verified, { ticket: async () => tickets.shift() ?? null }));
    expect(world.asked("POST", "/visitor").map(({ body }) => body["embed_ticket"])).toEqual(["first", "second"]);
    expect(world.failed).toEqual([]);
  });

  it.each([
    ["ticket_invalid", async () => "bad", 2],
    ["embedding_unverified", async () => null, 1],
    [
      "embedding_unverified",
      async () => {
        throw new Error("the page may not ask");
      },
      1,
    ],
  ])("gives up calmly: %s", async (code, ticket, times) => {
    world.answers["POST /visitor"] = () => refuse(403, code);
    world.open(verified, { ticket }).start();
    await settle();
    await world.clock.pass(60_000);
    expect(world.failed).toEqual([code]);
    expect(world.asked("POST", "/visitor")).toHaveLength(times);
  });

  it("asks for none where none is wanted", async () => {
    let asked = 0;
    const ticket = async (): Promise<string> => {
      asked += 1;
      return "t";
    };
    await visit(world.open(record(), { ticket }));
    expect(asked).toBe(0);
  });
});

describe("claimed attributes", () => {
  beforeEach(() => {
    world.answers["PATCH /visitor"] = () => ok({ visitor: hello(null, { email: "ada@example.com" }).visitor });
  });

  it("wait for first contact, go once, and only what changed", async () => {
    const engine = world.open();
    await engine.claim({ name: "Ada", company: "Acme" });
    expect(world.calls).toEqual([]);
    await visit(engine);
    await engine.claim({ name: "Ada", company: "Acme & Co" });
    expect(world.asked("PATCH", "/visitor").map(({ body }) => body)).toEqual([
      { name: "Ada", company: "Acme" },
      { company: "Acme & Co" },
    ]);
    // The next page of the same website.
    const next = await visit(world.open());
    await next.claim({ name: "Ada", company: "Acme & Co" });
    expect(world.asked("PATCH", "/visitor")).toHaveLength(2);
    expect(stored()).not.toMatch(/Acme|Ada/);
  });

  it("are told again after a reset, and only if the page says them again", async () => {
    const engine = await visit();
    await engine.claim({ name: "Ada" });
    world.answers["POST /visitor"] = () => ok(hello("hvt_2", { id: "v9" }), 201);
    await engine.reset();
    await world.accept();
    expect(world.asked("PATCH", "/visitor")).toHaveLength(1);
    await engine.claim({ name: "Ada" });
    expect(world.asked("PATCH", "/visitor")).toHaveLength(2);
  });

  it("are told again of somebody else", async () => {
    const engine = await visit();
    await engine.claim({ company: "Acme" });
    world.answers["POST /identify"] = () => ok(identified());
    await engine.identify("jwt");
    await settle();
    expect(world.asked("PATCH", "/visitor").map(({ token }) => token)).toEqual(["hvt_1", "hvt_ada"]);
  });

  it("wait for a line that is down, and are refused with the server's code", async () => {
    const engine = await visit();
    world.answers["PATCH /visitor"] = () => refuse(503, "unavailable");
    await engine.claim({ name: "Ada" });
    world.answers["PATCH /visitor"] = () => ok({ visitor: hello(null).visitor });
    world.line.break(1006);
    await world.clock.pass(500);
    await world.accept();
    expect(world.asked("PATCH", "/visitor")).toHaveLength(2);
    world.answers["PATCH /visitor"] = () => refuse(422, "field_invalid", { field: "name" });
    await expect(engine.claim({ name: "Eve" })).rejects.toMatchObject({ code: "field_invalid" });
    await expect(engine.claim({ nickname: "Eve" })).rejects.toMatchObject({ code: "field_unknown" });
    await expect(engine.claim({ email: "nobody" })).rejects.toMatchObject({ code: "field_invalid" });
    expect(world.asked("PATCH", "/visitor")).toHaveLength(3);
  });

  it("keep the address that the visitor leaves", async () => {
    const engine = await visit();
    await engine.leaveEmail("ada@example.com");
    expect(world.asked("PATCH", "/visitor")[0]?.body).toEqual({ email: "ada@example.com" });
    expect(engine.state.me?.email).toBe("ada@example.com");
    world.answers["PATCH /visitor"] = () => refuse(503, "unavailable");
    await expect(engine.leaveEmail("eve@example.com")).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("manners", () => {
  it("says nothing of pages where the browser asks not to be tracked, or the owner does not want to know", async () => {
    const page = { url: "https://shop.example/", title: "Shop", referrer: "" };
    for (const [of, more] of [
      [record(), { doNotTrack: true }],
      [record({ page_tracking: "off" }), {}],
    ] as const) {
      const engine = await visit(world.open(of, more));
      engine.setPage(page);
      engine.send(NEW, "hello");
      await settle();
      expect(world.line.last("page")).toBeUndefined();
      expect(world.asked("POST", "/conversations").at(-1)?.body).not.toHaveProperty("page");
    }
  });

  it("shows how long to wait where it was too much at once, keeps what was typed, and goes on by itself", async () => {
    world.answers["POST /conversations"] = () => refuse(429, "rate_limited", {}, 42);
    const engine = await visit();
    engine.send(NEW, "hello");
    await settle();
    expect(engine.state.slowUntil).toBe(world.clock.time + 42_000);
    expect(engine.state.outbox[0]).toMatchObject({ state: "sending" });
    world.answers["POST /conversations"] = () =>
      ok({ conversation: conversation(), message: null, visitor: { user_id: "g", visitor_token: null } }, 201);
    await world.clock.pass(42_000);
    expect(engine.state).toMatchObject({ slowUntil: null, outbox: [] });
  });

  it("ends where the visitor was blocked while writing", async () => {
    const engine = await visit();
    world.answers["POST /conversations"] = () => refuse(403, "visitor_blocked");
    engine.send(NEW, "hello");
    await settle();
    expect(world.failed).toEqual(["visitor_blocked"]);
  });

  it("turns with the business hours, and asks when they turn next", async () => {
    const at = (ms: number): string => new Date(world.clock.time + ms).toISOString();
    const open = { ...record(), availability: { open: true, changes_at: at(60_000) } };
    const later = at(3_600_000);
    world.answers["GET "] = () => ok({ ...open, availability: { open: false, changes_at: later } });
    const engine = await visit(world.open(open));
    await world.clock.pass(59_000);
    expect(engine.state.availability.open).toBe(true);
    await world.clock.pass(1_000);
    expect(engine.state.availability.open).toBe(false);
    await world.clock.pass(60_000);
    expect(engine.state.availability).toEqual({ open: false, changes_at: later });
  });

  it("keeps the reply time when the team comes and goes", async () => {
    world.answers["POST /visitor"] = () =>
      ok({ ...hello(), team: { faces: [], available: false, reply_ms: 240_000 } }, 201);
    const engine = await visit();
    world.line.say({ t: "hint", name: "presence", data: { available: true, operators: [] } });
    expect(engine.state.team).toMatchObject({ available: true, reply_ms: 240_000 });
  });
});

describe("facts about an end", () => {
  it("open the feedback where it is wanted, and close it where it was given in another tab", async () => {
    world.store.set(keys.token, "hvt_1");
    const engine = await visit(
      world.open(record({ post_conversation_feedback: { enabled: true, form: null, thank_you_text: "" } })),
    );
    world.line.say(event(2, "session:set_state", { state: "resolved" }));
    expect(engine.state.conversations?.[0]).toMatchObject({ state: "resolved", feedback: "open" });
    world.line.say(event(3, "session:sync:rating", { rating: { stars: 4 } }));
    expect(engine.state.conversations?.[0]?.feedback).toBe("given");
    world.line.say(event(4, "session:set_state", { state: "unresolved" }));
    world.line.say(event(5, "session:set_state", { state: "resolved" }));
    expect(engine.state.conversations?.[0]?.feedback).toBe("given");
  });
});
