import { settle } from "@halloo/core/testing.ts";
import { describe, expect, it } from "vitest";
import { identified, ok, record, refuse, World } from "../frame/testing.ts";

const ALWAYS = { bot_check: { guard_level: "always" } } as const;

/** A server that gives challenges by number. */
function world(): World {
  const made = new World();
  let count = 0;
  made.answers["GET /bot-check"] = () => {
    count += 1;
    return ok({ parameters: {}, signature: String(count) });
  };
  return made;
}

async function opened(made: World, fields = {}) {
  const engine = made.open(record(fields));
  engine.start();
  await made.accept();
  return engine;
}

const sent = (made: World): unknown[] =>
  made.line.sent.filter(({ t }) => t === "send").map(({ bot_check }) => bot_check);

describe("a bot check", () => {
  it("is none of anybody's business while nobody asks", async () => {
    const made = world();
    const engine = await opened(made);
    engine.typing("c1", "Hi");
    engine.send("c1", "Hi");
    await settle();
    expect(made.asked("GET", "/bot-check")).toEqual([]);
    expect(sent(made)).toEqual([undefined]);
  });

  it("is solved while the visitor types, and counts for one message", async () => {
    const made = world();
    const engine = await opened(made, ALWAYS);
    engine.typing("c1", "H");
    engine.typing("c1", "Hi");
    await settle();
    await settle();
    expect(made.solved).toEqual(["1"]);
    engine.send("c1", "Hi");
    await settle();
    expect(sent(made)).toEqual(["solved 1"]);
    made.line.say({
      t: "ack",
      id: made.line.last("send")?.["id"] as string,
      message: made.message(2, "user", "Hi", "id-1"),
    });
    await settle();
    engine.send("c1", "Ho");
    await settle();
    await settle();
    await settle();
    expect(sent(made)).toEqual(["solved 1", "solved 2"]);
  });

  it("is solved when the server wants one, with a start over HTTP as with a message over the relay", async () => {
    const made = world();
    const engine = await opened(made);
    engine.send("c1", "Hi");
    await settle();
    made.line.say({
      t: "error",
      id: made.line.last("send")?.["id"] as string,
      code: "bot_check_required",
      message: "",
    });
    for (let turn = 0; turn < 6; turn += 1) await settle();
    expect(sent(made)).toEqual([undefined, "solved 1"]);
    const start = made.answers["POST /conversations"];
    made.answers["POST /conversations"] = (call) =>
      call.body["bot_check"] === "solved 3"
        ? (start as NonNullable<typeof start>)(call)
        : refuse(422, "bot_check_failed");
    engine.send("new", "Another thing");
    for (let turn = 0; turn < 12; turn += 1) await settle();
    expect(made.asked("POST", "/conversations").map(({ body }) => body["bot_check"])).toEqual(["solved 2", "solved 3"]);
    expect(engine.state.outbox.filter(({ thread }) => thread === "new")).toEqual([]);
  });

  it("is made anew for another visitor, and after a long pause", async () => {
    const made = world();
    const engine = await opened(made, ALWAYS);
    engine.typing("c1", "H");
    await settle();
    await settle();
    await made.clock.pass(9 * 60_000);
    engine.typing("c1", "Hi");
    await settle();
    await settle();
    expect(made.solved).toEqual(["1", "2"]);
    made.answers["POST /identify"] = () => ok(identified());
    await engine.identify("jwt");
    engine.typing("c1", "Hi!");
    engine.send("c1", "Hi!");
    await settle();
    expect(made.solved, "and not for whom we know").toEqual(["1", "2"]);
  });

  it("that cannot be solved fails the message, which waits to be tried again", async () => {
    const made = world();
    const engine = await opened(made);
    engine.send("c1", "Hi");
    await settle();
    for (let tries = 0; tries < 5; tries += 1) {
      const id = made.line.last("send")?.["id"] as string;
      made.line.say({ t: "error", id, code: "bot_check_failed", message: "" });
      for (let turn = 0; turn < 6; turn += 1) await settle();
    }
    expect(sent(made).length).toBe(3);
    expect(engine.state.outbox).toMatchObject([{ state: "failed", error: "bot_check_failed" }]);
  });

  it("lets somebody in who comes with a crowd", async () => {
    const made = world();
    const hello = made.answers["POST /visitor"] as NonNullable<(typeof made.answers)[string]>;
    made.answers["POST /visitor"] = (call) =>
      call.body["bot_check"] === "solved crowd"
        ? hello(call)
        : refuse(428, "bot_check_required", { challenge: { parameters: {}, signature: "crowd" } });
    const engine = made.open();
    engine.start();
    for (let turn = 0; turn < 6; turn += 1) await settle();
    expect(engine.state.me?.id).toBe("v1");
    expect(made.asked("POST", "/visitor").length).toBe(2);
  });
});
