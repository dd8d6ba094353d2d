/// <reference types="node" />
import { beforeEach, describe, expect, it } from "vitest";
import { OFFLINE, Refusal } from "./refusal.ts";
import { FakeClock, settle } from "./testing.ts";
import { acceptOf, FILE_KINDS, type UploadRules } from "./upload-rules.ts";
import { STILL_MS } from "./upload-steps.ts";
import {
  AT_ONCE,
  type Attachment,
  type Carried,
  type Carry,
  createUploads,
  LONGEST_WAIT_MS,
  type UploadDraft,
  type Uploads,
} from "./uploads.ts";

type Request = Parameters<Carry>[0];

interface Stored {
  readonly draft: UploadDraft;
  bytes: number;
  gone: boolean;
}

/** A storage host in words: it keeps what came, also when the line breaks in the middle. */
class Host {
  readonly uploads = new Map<string, Stored>();
  readonly asked: string[] = [];
  /** What to do with the next requests that bring bytes: cut after so many, hang, or answer otherwise. */
  readonly plans: (number | "hang" | Carried | ((stored: Stored) => Carried))[] = [];
  readonly openings: (Refusal | null)[] = [];
  down = false;
  flying = 0;
  most = 0;
  slow = false;
  readonly waiting: (() => void)[] = [];

  open = async (draft: UploadDraft) => {
    this.asked.push(`POST ${draft.name}`);
    if (this.down) throw new Refusal(OFFLINE);
    const refusal = this.openings.shift();
    if (refusal) throw refusal;
    const upload_id = `u${this.uploads.size + 1}`;
    this.uploads.set(upload_id, { draft, bytes: 0, gone: false });
    return { upload_id, put: { url: `https://files.example/uploads/${upload_id}`, headers: {} } };
  };

  carry: Carry = async (request) => {
    this.flying += 1;
    this.most = Math.max(this.most, this.flying);
    try {
      return await this.answer(request);
    } finally {
      this.flying -= 1;
    }
  };

  private async answer({ method, url, headers, body, signal, onSent }: Request): Promise<Carried> {
    const id = url.split("/").at(-1) ?? "";
    const from = Number(headers["upload-offset"] ?? 0);
    this.asked.push(method === "PATCH" ? `PATCH ${id} ${from}` : `${method} ${id}`);
    await settle();
    if (this.slow && method !== "HEAD") await new Promise<void>((resolve) => this.waiting.push(resolve));
    const stored = this.uploads.get(id);
    if (this.down || signal.aborted) throw new Refusal(OFFLINE);
    if (!stored || stored.gone) return said(404, { error: "upload_not_found" });
    if (method === "DELETE") {
      stored.gone = true;
      return said(204, null);
    }
    if (method === "HEAD") return said(204, null, { "upload-offset": String(stored.bytes) });
    if (method === "PATCH" && from !== stored.bytes) {
      return said(409, { error: "upload_offset" }, { "upload-offset": String(stored.bytes) });
    }
    const plan = this.plans.shift();
    if (typeof plan === "number") {
      stored.bytes = Math.max(stored.bytes, plan);
      onSent(plan - from);
      throw new Refusal(OFFLINE);
    }
    if (plan === "hang") {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      throw new Refusal(OFFLINE);
    }
    if (typeof plan === "function") return plan(stored);
    if (plan) return plan;
    const size = body?.size ?? 0;
    onSent(size);
    stored.bytes = from + size;
    return said(200, { upload_id: id });
  }
}

const said = (status: number, json: unknown, headers: Record<string, string> = {}): Carried => ({
  status,
  text: json === null ? "" : JSON.stringify(json),
  header: (name) => headers[name] ?? null,
});

const STEP_MS = 5_000;
const MIB = 1024 * 1024;
let clock: FakeClock;
let host: Host;
let live: boolean;
let room: boolean;
let rules: UploadRules;
let sent: Attachment[];
let states: string[];
let uploads: Uploads;

const file = (name: string, size = 10, type = "text/plain"): File => new File([new Uint8Array(size)], name, { type });
const shown = (): string[] => uploads.items.map(({ file: { name }, state }) => `${name} ${state}`);
const codes = (): (string | undefined)[] => uploads.items.map(({ error }) => error?.code);
const names = (): string[] => sent.map((item) => item.file.name);
const only = (): Attachment => uploads.items[0] as Attachment;
/** Promises of a chain of requests settle one behind the other. */
const calm = async (): Promise<void> => {
  for (let turn = 0; turn < 12; turn += 1) {
    await settle();
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const pass = async (ms: number): Promise<void> => {
  await calm();
  for (let left = ms; left > 0; left -= STEP_MS) {
    await clock.pass(Math.min(left, STEP_MS));
    await calm();
  }
};

beforeEach(() => {
  clock = new FakeClock();
  host = new Host();
  live = true;
  room = true;
  sent = [];
  states = [];
  rules = { maxBytes: MIB, kinds: FILE_KINDS, most: 10 };
  let number = 0;
  uploads = createUploads({
    clock,
    uuid: () => {
      number += 1;
      return `a${number}`;
    },
    refuse: (...given) => new Refusal(...given),
    rules: () => rules,
    open: host.open,
    carry: host.carry,
    digest: async (of) => `hash of ${of.name}`,
    live: () => live,
    ready: (item) => {
      if (room) sent.push(item);
      return room;
    },
    onChange: (items) => {
      const state = items[0]?.state;
      if (state && states.at(-1) !== state) states.push(state);
    },
  });
});

describe("a file on its way", () => {
  it("is announced with its hash, brought whole, and goes when it is wanted", async () => {
    uploads.add("c", [file("a.txt")]);
    await calm();
    expect(host.asked).toEqual(["POST a.txt", "PUT u1"]);
    expect(host.uploads.get("u1")?.draft).toEqual({
      name: "a.txt",
      size: 10,
      type: "text/plain",
      sha256: "hash of a.txt",
    });
    expect(states).toEqual(["waiting", "sending", "checking", "done"]);
    expect(sent).toEqual([]);
    uploads.send("c");
    expect(sent).toMatchObject([{ uploadId: "u1", kind: "file", thread: "c" }]);
    expect(uploads.items).toEqual([]);
    uploads.send("c");
    expect(sent).toHaveLength(1);
  });

  it("goes by itself once it is there, where it was wanted before, with what its message says beside it", async () => {
    uploads.add("c", [file("a.webm", 10, "audio/webm")], "audio", { duration: 3 });
    uploads.send("c");
    expect(sent).toEqual([]);
    await calm();
    expect(sent).toMatchObject([{ kind: "audio", more: { duration: 3 }, uploadId: "u1" }]);
  });

  it("is one of three at once", async () => {
    host.slow = true;
    uploads.add(
      "c",
      [1, 2, 3, 4, 5].map((one) => file(`${one}`)),
    );
    await calm();
    expect(host.flying).toBe(AT_ONCE);
    expect(shown()).toEqual(["1 sending", "2 sending", "3 sending", "4 waiting", "5 waiting"]);
    while (uploads.items.some(({ state }) => state !== "done")) {
      host.waiting.shift()?.();
      await calm();
    }
    expect(host.most).toBe(AT_ONCE);
  });

  it("goes in the order of adding, whichever is there first, and in each conversation by itself", async () => {
    host.slow = true;
    uploads.add("c", [file("first"), file("second")]);
    uploads.add("d", [file("other")]);
    uploads.send("c");
    uploads.send("d");
    await calm();
    const [first, second, other] = host.waiting;
    second?.();
    await calm();
    expect(names()).toEqual([]);
    other?.();
    await calm();
    expect(names()).toEqual(["other"]);
    first?.();
    await calm();
    expect(names()).toEqual(["other", "first", "second"]);
  });

  it("does not wait for one that failed, nor for one that was cancelled", async () => {
    host.plans.push(said(415, { error: "file_type", details: { types: ["pdf"] } }), "hang");
    uploads.add("c", [file("refused"), file("hanging"), file("good")]);
    uploads.send("c");
    await calm();
    expect(names()).toEqual([]);
    expect(shown()).toEqual(["refused failed", "hanging sending", "good done"]);
    uploads.cancel("a2");
    expect(names()).toEqual(["good"]);
    expect(shown()).toEqual(["refused failed"]);
    expect(only()).toMatchObject({ retryable: false, error: { code: "file_type" } });
  });

  it("is kept while there is no room for its message, and goes then, once", async () => {
    room = false;
    uploads.add("c", [file("a")]);
    uploads.send("c");
    await calm();
    expect(shown()).toEqual(["a done"]);
    room = true;
    await pass(3000);
    expect(names()).toEqual(["a"]);
    await pass(60_000);
    expect(names()).toEqual(["a"]);
  });

  it("belongs to the conversation that was begun with it", async () => {
    uploads.add("new", [file("a")]);
    uploads.adopt("new", "c");
    await calm();
    uploads.send("c");
    expect(sent).toMatchObject([{ thread: "c" }]);
  });
});

describe("a line that breaks", () => {
  it("is taken up where it broke", async () => {
    host.plans.push(4, 7);
    uploads.add("c", [file("a")]);
    await pass(0);
    expect(only()).toMatchObject({ state: "waiting", error: { code: OFFLINE }, sent: 4 });
    await pass(1000);
    await pass(1000);
    expect(host.asked).toEqual(["POST a", "PUT u1", "HEAD u1", "PATCH u1 4", "HEAD u1", "PATCH u1 7"]);
    expect(only()).toMatchObject({ state: "done", sent: 10 });
  });

  it("is taken up at the first byte and behind the last one, too", async () => {
    host.plans.push(0);
    uploads.add("c", [file("a")]);
    await pass(1000);
    expect(host.asked.slice(2)).toEqual(["HEAD u1", "PATCH u1 0"]);
    host.plans.push(10);
    uploads.add("c", [file("b")]);
    await calm();
    await pass(1000);
    expect(host.asked.slice(6)).toEqual(["HEAD u2", "PATCH u2 10"]);
    expect(shown()).toEqual(["a done", "b done"]);
  });

  it("goes on elsewhere at once where the server says so", async () => {
    host.plans.push(4, (stored) => {
      stored.bytes = 6;
      return said(409, { error: "upload_offset" }, { "upload-offset": "6" });
    });
    uploads.add("c", [file("a")]);
    await pass(1000);
    expect(host.asked).toEqual(["POST a", "PUT u1", "HEAD u1", "PATCH u1 4", "PATCH u1 6"]);
    expect(only().state).toBe("done");
  });

  it("is given up when nothing moves on it", async () => {
    host.plans.push("hang");
    uploads.add("c", [file("a")]);
    await pass(STILL_MS - 1);
    expect(only().state).toBe("sending");
    await pass(1);
    await pass(1000);
    expect(only().state).toBe("done");
  });

  it("asks for a new target where the old one is gone", async () => {
    host.plans.push(4);
    uploads.add("c", [file("a")]);
    await calm();
    for (const stored of host.uploads.values()) stored.gone = true;
    await pass(1000);
    expect(host.asked).toEqual(["POST a", "PUT u1", "HEAD u1", "POST a", "PUT u2"]);
    expect(only()).toMatchObject({ state: "done", uploadId: "u2" });
  });

  it("does not ask for one target after another", async () => {
    host.plans.push(said(404, { error: "upload_not_found" }));
    uploads.add("c", [file("a")]);
    await pass(100_000);
    expect(host.asked).toEqual(["POST a", "PUT u1"]);
    expect(only()).toMatchObject({ state: "failed", retryable: true, error: { code: "upload_not_found" } });
  });

  it("waits without end while there is no line, longer each time, and goes on at once when it is back", async () => {
    host.down = true;
    live = false;
    uploads.add("c", [file("a")]);
    uploads.send("c");
    await pass(1000);
    expect(host.asked).toHaveLength(2);
    await pass(600_000);
    expect(host.asked.length).toBeLessThan(30);
    expect(only()).toMatchObject({ state: "waiting", error: { code: OFFLINE } });
    host.down = false;
    live = true;
    uploads.nudge();
    await calm();
    expect(names()).toEqual(["a"]);
  });

  it("ends for now where the line is up and nothing arrives again and again", async () => {
    // What leaves the browser is no sign that it arrives.
    for (let times = 0; times < 20; times += 1) host.plans.push(0);
    uploads.add("c", [file("a")]);
    await pass(300_000);
    expect(only()).toMatchObject({ state: "failed", retryable: true, error: { code: OFFLINE } });
    host.plans.length = 0;
    uploads.retry("a1");
    await calm();
    expect(only().state).toBe("done");
  });

  it("does not end while something arrives", async () => {
    for (let bytes = 1; bytes < 10; bytes += 1) host.plans.push(bytes);
    uploads.add("c", [file("a")]);
    await pass(60_000);
    expect(only().state).toBe("done");
  });
});

describe("a server that asks to wait", () => {
  it("is asked again when the time has come, and by nothing before", async () => {
    host.openings.push(new Refusal("rate_limited", "", 429, {}, 8000));
    uploads.add("c", [file("a")]);
    await calm();
    expect(only()).toMatchObject({ state: "waiting", error: { code: "rate_limited" }, until: clock.time + 8000 });
    uploads.add("c", [file("b")]);
    uploads.nudge();
    await pass(7999);
    expect(host.asked).toEqual(["POST a"]);
    await pass(1);
    expect(shown()).toEqual(["a done", "b done"]);
  });

  it("is a no where the day is full", async () => {
    host.openings.push(new Refusal("rate_limited", "", 429, {}, LONGEST_WAIT_MS + 1));
    uploads.add("c", [file("a"), file("b")]);
    await calm();
    expect(shown()).toEqual(["a failed", "b done"]);
    expect(only()).toMatchObject({ retryable: true, error: { code: "upload_quota" } });
  });

  it("goes on where it was, also when the storage is not there for a while", async () => {
    host.plans.push(4, said(503, { error: "unavailable" }, { "retry-after": "5" }));
    uploads.add("c", [file("a")]);
    await pass(1000);
    expect(only()).toMatchObject({ state: "waiting", error: { code: "unavailable" } });
    await pass(5000);
    expect(host.asked.at(-1)).toBe("PATCH u1 4");
    expect(only().state).toBe("done");
  });
});

describe("what cannot be sent", () => {
  it("says so before anything is asked", async () => {
    rules = { ...rules, kinds: ["image", "pdf"] };
    uploads.add("c", [file("empty", 0), file("large", MIB + 1), file("film.mp4", 10, "video/mp4"), file("a.pdf")]);
    expect(codes()).toEqual(["file_empty", "file_too_large", "file_type", undefined]);
    expect(uploads.items.map(({ retryable }) => retryable)).toEqual([false, false, false, false]);
    await calm();
    expect(host.asked).toEqual(["POST a.pdf", "PUT u1"]);
    expect(uploads.items[1]?.error?.details).toEqual({ max_bytes: MIB });
  });

  it("is said once for all that found no room, which may be tried when there is some", async () => {
    rules = { ...rules, most: 2 };
    uploads.add("c", [file("1"), file("2"), file("3"), file("4")]);
    expect(shown().slice(2)).toEqual(["3 failed"]);
    expect(uploads.items[2]?.error).toMatchObject({ code: "too_many_files", details: { most: 2, left: 2 } });
    await calm();
    uploads.retry("a3");
    expect(uploads.items[2]?.state).toBe("failed");
    uploads.send("c");
    uploads.retry("a3");
    await calm();
    expect(names()).toEqual(["1", "2", "3"]);
  });

  it("is a file that cannot be read any more", async () => {
    const moved = file("moved");
    Object.defineProperty(moved, "slice", {
      value: () => ({ arrayBuffer: () => Promise.reject(new DOMException("", "NotReadableError")) }),
    });
    host.plans.push(0);
    uploads.add("c", [moved]);
    await calm();
    expect(only()).toMatchObject({ state: "failed", retryable: false, error: { code: "file_unreadable" } });
  });

  it("may be tried again where it was damaged on its way, with a new target", async () => {
    host.plans.push(said(409, { error: "upload_damaged" }));
    uploads.add("c", [file("a")]);
    uploads.send("c");
    await calm();
    expect(only()).toMatchObject({ state: "failed", retryable: true, error: { code: "upload_damaged" } });
    uploads.retry("a1");
    await calm();
    expect(host.asked).toEqual(["POST a", "PUT u1", "POST a", "PUT u2"]);
    expect(names()).toEqual(["a"]);
  });

  it("is nothing any more once it was cancelled, while it waits, is read, or flies", async () => {
    host.down = true;
    uploads.add("c", [file("waits")]);
    await calm();
    uploads.cancel("a1");
    host.down = false;
    uploads.add("c", [file("read")]);
    uploads.cancel("a2");
    host.plans.push("hang");
    uploads.add("c", [file("flies")]);
    await calm();
    uploads.cancel("a3");
    await pass(60_000);
    expect(uploads.items).toEqual([]);
    expect(host.flying).toBe(0);
    expect(host.asked).toEqual(["POST waits", "POST flies", "PUT u1", "DELETE u1"]);
  });

  it("is given up at the server, too, once it is there, unless its message has it", async () => {
    uploads.add("c", [file("sent")]);
    uploads.send("c");
    uploads.add("c", [file("kept")]);
    await calm();
    uploads.cancel("a1");
    uploads.cancel("a2");
    await calm();
    expect(host.asked).toEqual(["POST sent", "POST kept", "PUT u1", "PUT u2", "DELETE u2"]);
    expect(names()).toEqual(["sent"]);
    host.down = true;
    uploads.add("c", [file("lost")]);
    await calm();
    uploads.cancel("a3");
    await pass(60_000);
    expect(uploads.items).toEqual([]);
  });

  it("is everything of a visitor who has left", async () => {
    host.plans.push("hang");
    uploads.add("c", [file("a"), file("b")]);
    uploads.send("c");
    uploads.clear();
    await pass(60_000);
    expect(uploads.items).toEqual([]);
    expect(sent).toEqual([]);
  });
});

it("a picker offers what may be sent, pictures one by one", () => {
  expect(acceptOf(["image", "pdf"])).toBe("image/png,image/jpeg,image/gif,image/webp,image/avif,application/pdf,.pdf");
});
