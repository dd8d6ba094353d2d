import { OFFLINE, Refusal } from "@halloo/core";
import { settle } from "@halloo/core/testing.ts";
import type { UploadsOptions } from "@halloo/core/uploads.ts";
import { beforeEach, describe, expect, it } from "vitest";
import { type Engine, NEW } from "./engine.ts";
import * as person from "./person.ts";
import { identified, ok, record, refuse, World } from "./testing.ts";
import { createUploading } from "./uploading.ts";
import * as writing from "./writing.ts";

const FILES = { files: { enabled: true, max_bytes: 1000, types: ["text", "audio"] } } as const;

let world: World;
/** The storage host: answers, or breaks the line. */
let carry: UploadsOptions["carry"];
let fetched: number;

const done = { status: 200, text: "{}", header: () => null };
const file = (name: string, size = 10): File => new File([new Uint8Array(size)], name, { type: "text/plain" });
const sends = (): unknown[] => world.line.sent.filter(({ t }) => t === "send").map(({ message }) => message);
const calm = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) {
    await settle();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
};

function open(): Engine {
  const uploading = async () => {
    fetched += 1;
    return {
      createUploading: (...given: Parameters<typeof createUploading>) =>
        createUploading(given[0], given[1], given[2], {
          carry: (request) => carry(request),
          digest: async () => null,
        }),
    };
  };
  const parts = { writing: async () => writing, person: async () => person, bot: async () => world.bot, uploading };
  const engine = world.open(record(FILES), { parts });
  engine.start();
  return engine;
}

async function opened(): Promise<Engine> {
  const engine = open();
  await world.accept();
  return engine;
}

beforeEach(() => {
  world = new World();
  fetched = 0;
  carry = async () => done;
  let count = 0;
  world.answers["POST /uploads"] = () => {
    count += 1;
    return ok({ upload_id: `u${count}`, put: { url: `https://files.example/u${count}`, headers: {} } }, 201);
  };
});

describe("files of a visitor", () => {
  it("cost nothing before the first one", async () => {
    const engine = await opened();
    engine.send("c1", "Hi");
    await calm();
    expect(fetched).toBe(0);
    await engine.files.open();
    await engine.files.open();
    expect(fetched).toBe(1);
  });

  it("go as messages of their own, behind the words", async () => {
    const engine = await opened();
    const files = await engine.files.open();
    files.add("c1", [file("a.txt"), file("b.txt")]);
    engine.send("c1", "Look");
    files.send("c1");
    await calm();
    expect(sends()).toEqual([{ type: "text", content: "Look" }]);
    // Until it is stored the thread says what it is.
    expect(engine.state.outbox[1]?.message.shown).toEqual({ name: "a.txt", type: "text/plain", size: 10 });
    expect(engine.state.outbox.map(({ message }) => message.content)).toEqual([
      "Look",
      { upload_id: "u1" },
      { upload_id: "u2" },
    ]);
    expect(engine.files.items).toEqual([]);
  });

  it("begin a conversation, and those that are not there yet belong to it", async () => {
    const late = new Promise<void>((resolve) => setTimeout(resolve, 40));
    carry = async ({ url }) => {
      if (url.endsWith("u2")) await late;
      return done;
    };
    const engine = await opened();
    const files = await engine.files.open();
    files.add(NEW, [file("first.txt"), file("late.txt")]);
    files.send(NEW);
    await calm();
    expect(world.asked("POST", "/conversations")[0]?.body["message"]).toMatchObject({
      type: "file",
      content: { upload_id: "u1" },
    });
    await late;
    await calm();
    expect(sends()).toEqual([{ type: "file", content: { upload_id: "u2" } }]);
    expect(world.asked("POST", "/conversations")).toHaveLength(1);
  });

  it("make first contact where the visitor is not known yet", async () => {
    const engine = open();
    const files = await engine.files.open();
    files.add(NEW, [file("a.txt")]);
    await world.accept();
    await calm();
    expect(world.asked("POST", "/visitor")).toHaveLength(1);
    expect(world.asked("POST", "/uploads")[0]?.token).toBe("hvt_1");
  });

  it("wait for the line, and go on with it", async () => {
    const engine = await opened();
    const files = await engine.files.open();
    carry = async () => {
      throw new Error("broken");
    };
    world.line.break(1006);
    files.add("c1", [file("a.txt")]);
    files.send("c1");
    await calm();
    expect(engine.files.items).toMatchObject([{ state: "waiting", error: { code: OFFLINE } }]);
    carry = async ({ method }) =>
      method === "HEAD" ? { status: 204, text: "", header: (name) => (name === "upload-offset" ? "0" : null) } : done;
    await world.clock.pass(5000);
    await world.accept();
    await calm();
    expect(engine.files.items).toEqual([]);
    expect(sends()).toEqual([{ type: "file", content: { upload_id: "u1" } }]);
  });

  it("show that no script brings them, where the widget asks", async () => {
    let count = 0;
    world.answers["GET /bot-check"] = () => {
      count += 1;
      return ok({ parameters: {}, signature: String(count) });
    };
    const engine = await opened();
    const files = await engine.files.open();
    const take = world.answers["POST /uploads"];
    world.answers["POST /uploads"] = (call) =>
      call.body["bot_check"] && take ? take(call) : refuse(428, "bot_check_required");
    files.add("c1", [file("a.txt")]);
    files.send("c1");
    await calm();
    const asked = world.asked("POST", "/uploads").map(({ body }) => body["bot_check"]);
    expect(asked).toEqual([undefined, "solved 1"]);
    // The message gets another one.
    expect(world.line.last("send")).toMatchObject({ message: { content: { upload_id: "u1" } }, bot_check: "solved 2" });
  });

  it("are recordings, too, with what is known of them", async () => {
    const engine = await opened();
    const files = await engine.files.open();
    const sound = new File([new Uint8Array(9)], "voice.webm", { type: "audio/webm" });
    files.add("c1", [file("kept.txt")]);
    files.add("c1", [sound], "audio", { duration: 2, waveform: [1] }, true);
    await calm();
    expect(sends()).toEqual([{ type: "audio", content: { upload_id: "u2", duration: 2, waveform: [1] } }]);
    expect(engine.files.items).toMatchObject([{ state: "done", wanted: false }]);
  });

  it("are brought once more where the server knows nothing of them any more", async () => {
    world.answers["POST /conversations"] = () => refuse(409, "upload_incomplete");
    const engine = await opened();
    const files = await engine.files.open();
    files.add(NEW, [file("a.txt")]);
    files.send(NEW);
    await calm();
    await world.clock.pass(0);
    await calm();
    const tried = world.asked("POST", "/conversations").map(({ body }) => body["message"]);
    expect(tried).toMatchObject([{ content: { upload_id: "u1" } }, { content: { upload_id: "u2" } }]);
    // A third time would be no other.
    expect(engine.state.outbox).toMatchObject([{ state: "failed", error: "upload_incomplete" }]);
    expect(engine.files.items).toEqual([]);
  });

  it("of one visitor are not for the next", async () => {
    world.answers["POST /identify"] = () => ok(identified());
    const engine = await opened();
    const files = await engine.files.open();
    files.add("c1", [file("on its way.txt")], "file", {}, true);
    await calm();
    const handed = engine.state.outbox[0];
    carry = () => new Promise(() => undefined);
    files.add("c1", [file("a.txt")]);
    await calm();
    expect(engine.files.items).toHaveLength(1);
    await engine.reset();
    expect(engine.files.items).toEqual([]);
    expect(handed && engine.files.again(handed)).toBe(false);
  });

  it("are refused where the visitor is blocked, which closes the composer, and not where they are many", async () => {
    const engine = await opened();
    const files = await engine.files.open();
    world.answers["POST /uploads"] = () => refuse(429, "rate_limited", {}, 60);
    files.add("c1", [file("a.txt")]);
    await calm();
    expect(engine.state.slowUntil).toBeNull();
    expect(engine.files.items).toMatchObject([{ state: "waiting", error: { code: "rate_limited" } }]);
    world.answers["POST /uploads"] = () => refuse(403, "visitor_blocked");
    world.answers["POST /visitor"] = () => refuse(403, "visitor_blocked");
    await world.clock.pass(60_000);
    await calm();
    expect(engine.files.items).toMatchObject([{ state: "failed", error: { code: "visitor_blocked" } }]);
    expect(world.failed).toContain("visitor_blocked");
  });

  it("obey what the owner set", async () => {
    const engine = await opened();
    const files = await engine.files.open();
    files.add("c1", [file("large.txt", 1001), new File(["x"], "a.png", { type: "image/png" })]);
    expect(engine.files.items.map(({ error }) => error?.code)).toEqual(["file_too_large", "file_type"]);
    expect(engine.files.items[0]?.error).toBeInstanceOf(Refusal);
  });

  it("can be had later where their part could not be fetched", async () => {
    let down = true;
    const uploading = async () => {
      if (down) throw new TypeError("offline");
      return { createUploading };
    };
    const parts = { writing: async () => writing, person: async () => person, uploading };
    const engine = world.open(record(FILES), { parts });
    await expect(engine.files.open()).rejects.toThrow();
    down = false;
    expect((await engine.files.open()).items).toEqual([]);
  });
});
