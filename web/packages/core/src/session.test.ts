import { beforeEach, describe, expect, it } from "vitest";
import { Refusal } from "./refusal.ts";
import { backoff, createSession, type Session, type SessionStatus } from "./session.ts";
import { FakeClock, FakeSocket, settle } from "./testing.ts";

let clock: FakeClock;
let sockets: FakeSocket[];
let statuses: SessionStatus[];
let events: [string, number][];
let hints: string[];
let lost: string[];
let tokens: number;
let tokenError: Refusal | null;
let session: Session;

const line = (): FakeSocket => {
  const socket = sockets.at(-1);
  if (!socket) throw new Error("no socket was opened");
  return socket;
};

/** Accepts the newest line; `streams` says how each recovered. */
async function accept(
  streams: { id: string; epoch: string; offset: number; recovered: boolean }[] = [],
): Promise<void> {
  await settle();
  line().onopen?.();
  line().say({ t: "connected", session: "s", ping_s: 25, server_time: 0, streams });
  line().say({ t: "live" });
  await settle();
}

const event = (offset: number, stream = "c:1") => ({
  t: "event",
  stream,
  offset,
  name: "message:send",
  data: { offset },
});

beforeEach(() => {
  clock = new FakeClock();
  sockets = [];
  statuses = [];
  events = [];
  hints = [];
  lost = [];
  tokens = 0;
  tokenError = null;
  session = createSession({
    role: "visitor",
    widget: "w",
    tab: "tab",
    clock,
    routes: () => [{ kind: "socket", address: "wss://relay/relay" }],
    open: ({ address }) => {
      const socket = new FakeSocket(address);
      sockets.push(socket);
      return socket;
    },
    token: () => {
      tokens += 1;
      return tokenError ? Promise.reject(tokenError) : Promise.resolve({ token: `t${tokens}`, expires_in: 900 });
    },
    onStatus: (status) => statuses.push(status),
    onEvent: (_name, _data, stream, offset) => events.push([stream, offset]),
    onHint: (name) => hints.push(name),
    onLost: (stream) => lost.push(stream),
  });
});

describe("connecting", () => {
  it("says who it is first, with its positions", async () => {
    session.follow("c:1", { epoch: "e", offset: 4 });
    session.follow("v:1");
    session.start();
    await accept();
    expect(line().sent[0]).toEqual({
      t: "connect",
      v: 1,
      role: "visitor",
      widget: "w",
      token: "t1",
      tab: "tab",
      streams: [{ id: "c:1", epoch: "e", offset: 4 }, { id: "v:1" }],
    });
    expect(session.status.kind).toBe("live");
  });

  it("gives up a line that does not answer within ten seconds", async () => {
    session.start();
    await settle();
    await clock.pass(10_000);
    expect(session.status.kind).toBe("waiting");
    await clock.pass(500);
    expect(sockets).toHaveLength(2);
  });

  it("waits longer after each failure, with full jitter, at most 30 seconds", async () => {
    session.start();
    const waits: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      await settle();
      line().break(1006);
      const status = session.status;
      if (status.kind === "waiting") waits.push(status.retryAt - clock.now());
      await clock.pass(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(backoff(3, 0.25)).toBe(1000);
    expect(backoff(9, 1, 4000)).toBe(4000);
  });

  it("begins anew with short waits after a steady line", async () => {
    session.start();
    await settle();
    line().break(1006);
    await clock.pass(500);
    await accept();
    await clock.pass(5000);
    line().break(1006);
    expect(session.status).toMatchObject({ kind: "waiting", retryAt: clock.now() + 500 });
  });

  it("tries at once when nudged", async () => {
    session.start();
    await settle();
    line().break(1006);
    session.nudge();
    await settle();
    expect(sockets).toHaveLength(2);
  });

  it("stops when told so, and starts again", async () => {
    session.start();
    await accept();
    session.stop();
    expect(line().closedWith).toBe(1000);
    await clock.pass(120_000);
    expect(sockets).toHaveLength(1);
    session.start();
    await accept();
    expect(session.status.kind).toBe("live");
  });
});

describe("closing codes", () => {
  it.each([4400, 4403, 4404, 4413])("%i ends the session", async (code) => {
    session.start();
    await accept();
    line().break(code);
    await clock.pass(120_000);
    expect(session.status).toEqual({ kind: "stopped", code });
    expect(sockets).toHaveLength(1);
  });

  it.each([4009, 4429])("%i comes back after 30 seconds", async (code) => {
    session.start();
    await accept();
    line().break(code);
    await clock.pass(29_999);
    expect(sockets).toHaveLength(1);
    await clock.pass(1);
    expect(sockets).toHaveLength(2);
  });

  it("4401 asks for a new token", async () => {
    session.start();
    await accept();
    expect(tokens).toBe(1);
    line().break(4401);
    await clock.pass(500);
    await accept();
    expect(line().sent[0]).toMatchObject({ token: "t2" });
  });

  it("a planned restart names its own delay", async () => {
    session.start();
    await accept();
    line().say({ t: "reconnect", after_ms: 1234 });
    line().break(1012);
    expect(session.status).toMatchObject({ kind: "waiting", retryAt: clock.now() + 1234 });
  });

  it("a token that is refused for good stops, one that fails for now is asked for again", async () => {
    tokenError = new Refusal("unavailable", "", 503);
    session.start();
    await settle();
    expect(session.status.kind).toBe("waiting");
    tokenError = new Refusal("visitor_blocked", "", 403);
    await clock.pass(500);
    expect(session.status).toEqual({ kind: "stopped", code: 4401 });
  });
});

describe("recovery", () => {
  it("shows missed events once and goes on from its position", async () => {
    session.follow("c:1", { epoch: "e", offset: 4 });
    session.start();
    await settle();
    line().onopen?.();
    line().say(
      { t: "connected", session: "s", ping_s: 25, streams: [{ id: "c:1", epoch: "e", offset: 6, recovered: true }] },
      event(4),
      event(5),
      event(6),
      { t: "live" },
      event(6),
      event(7),
    );
    expect(events).toEqual([
      ["c:1", 5],
      ["c:1", 6],
      ["c:1", 7],
    ]);
    line().break(1006);
    await clock.pass(500);
    await accept([{ id: "c:1", epoch: "e", offset: 7, recovered: true }]);
    expect(line().sent[0]).toMatchObject({ streams: [{ id: "c:1", epoch: "e", offset: 7 }] });
  });

  it("says lost, stays silent, and goes on from the snapshot", async () => {
    session.follow("c:1", { epoch: "old", offset: 4 });
    session.start();
    await accept([{ id: "c:1", epoch: "new", offset: 90, recovered: false }]);
    expect(lost).toEqual(["c:1"]);
    line().say(event(91));
    expect(events).toEqual([]);
    session.follow("c:1", { epoch: "new", offset: 90 });
    expect(line().last("subscribe")).toMatchObject({ streams: [{ id: "c:1", epoch: "new", offset: 90 }] });
    const { id } = line().last("subscribe") ?? {};
    line().say({ t: "ok", id, streams: [{ id: "c:1", epoch: "new", offset: 91, recovered: true }] });
    await settle();
    line().say(event(91));
    expect(events).toEqual([["c:1", 91]]);
  });

  it("asks again where an offset is missing", async () => {
    session.follow("c:1", { epoch: "e", offset: 1 });
    session.start();
    await accept([{ id: "c:1", epoch: "e", offset: 1, recovered: true }]);
    line().say(event(2), event(4), event(5));
    expect(events).toEqual([["c:1", 2]]);
    const asks = line().sent.filter((frame) => frame["t"] === "subscribe");
    expect(asks).toHaveLength(1);
    expect(asks[0]).toMatchObject({ streams: [{ id: "c:1", epoch: "e", offset: 2 }] });
    line().say({ t: "ok", id: asks[0]?.["id"], streams: [{ id: "c:1", epoch: "e", offset: 5, recovered: true }] });
    await settle();
    line().say(event(3), event(4), event(5), event(6));
    expect(events.map(([, offset]) => offset)).toEqual([2, 3, 4, 5, 6]);
  });

  it("starts a stream without position at its head", async () => {
    session.follow("v:1");
    session.start();
    await accept([{ id: "v:1", epoch: "e", offset: 9, recovered: false }]);
    line().say(event(10, "v:1"));
    expect(lost).toEqual([]);
    expect(events).toEqual([["v:1", 10]]);
  });

  it("follows streams that were added on the way, before or after the line is live", async () => {
    session.start();
    await settle();
    line().onopen?.();
    session.follow("c:7", { epoch: "e", offset: 0 });
    line().say({ t: "connected", session: "s", ping_s: 25, streams: [] }, { t: "live" });
    expect(line().last("subscribe")).toMatchObject({ streams: [{ id: "c:7" }] });
    session.unfollow("c:7");
    expect(line().last("unsubscribe")).toMatchObject({ streams: [{ id: "c:7" }] });
    line().say(event(1, "c:7"));
    expect(events).toEqual([]);
  });
});

describe("what a snapshot or a refusal does to a stream", () => {
  it("does not skip what a snapshot was ahead of", async () => {
    session.follow("c:1", { epoch: "e", offset: 4 });
    session.start();
    await accept([{ id: "c:1", epoch: "e", offset: 4, recovered: true }]);
    session.follow("c:1", { epoch: "e", offset: 6 });
    line().say(event(5), event(6), event(7));
    expect(events.map(([, offset]) => offset)).toEqual([5, 6, 7]);
    line().break(1006);
    session.follow("c:1", { epoch: "e", offset: 20 });
    await clock.pass(500);
    await accept();
    expect(line().sent[0]).toMatchObject({ streams: [{ id: "c:1", epoch: "e", offset: 7 }] });
  });

  it("takes a position that comes while the line is made, without a loss", async () => {
    session.follow("c:1");
    session.start();
    await settle();
    line().onopen?.();
    session.follow("c:1", { epoch: "e", offset: 3 });
    line().say(
      { t: "connected", session: "s", ping_s: 25, streams: [{ id: "c:1", epoch: "e", offset: 4, recovered: false }] },
      { t: "live" },
    );
    expect(lost).toEqual([]);
    expect(line().last("subscribe")).toMatchObject({ streams: [{ id: "c:1", epoch: "e", offset: 3 }] });
  });

  it("asks by a new line for a stream that the server could not look at just now", async () => {
    session.follow("c:1", { epoch: "e", offset: 1 });
    session.start();
    await accept([{ id: "c:1", epoch: "e", offset: 1, recovered: true }]);
    line().say(event(3));
    line().say({ t: "error", id: line().last("subscribe")?.["id"], code: "internal", message: "" });
    await clock.pass(500);
    await accept();
    expect(line().sent[0]).toMatchObject({ t: "connect", streams: [{ id: "c:1", epoch: "e", offset: 1 }] });
  });

  it("drops a stream that is refused, and every stream when told to forget", async () => {
    session.follow("c:1", { epoch: "e", offset: 1 });
    session.follow("v:1");
    session.start();
    await accept();
    session.follow("c:2", { epoch: "e", offset: 1 });
    line().say({ t: "error", id: line().last("subscribe")?.["id"], code: "stream_forbidden", message: "" });
    await settle();
    expect(sockets).toHaveLength(1);
    session.forget();
    expect(line().last("unsubscribe")).toMatchObject({ streams: [{ id: "c:1" }, { id: "v:1" }] });
    line().break(1006);
    await clock.pass(500);
    await accept();
    expect(line().sent[0]).toMatchObject({ streams: [] });
  });
});

describe("questions and health", () => {
  it("answers each request by its id, refusals included", async () => {
    session.start();
    await accept();
    const first = session.ask({ t: "send" });
    const second = session.ask({ t: "send" });
    const [one, two] = line()
      .sent.slice(1)
      .map(({ id }) => id);
    line().say({ t: "error", id: two, code: "rate_limited", message: "slow down", retry_after_ms: 700 });
    line().say({ t: "ack", id: one, seq: 3 });
    await expect(first).resolves.toMatchObject({ seq: 3 });
    await expect(second).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 700, passing: true });
  });

  it("takes no answer for another line's question", async () => {
    session.start();
    await accept();
    session.ask({ t: "send" }).catch(() => undefined);
    const { id } = line().last("send") ?? {};
    line().break(1006);
    await clock.pass(500);
    await accept();
    const again = session.ask({ t: "send" });
    line().say({ t: "ack", id, seq: 3 });
    line().say({ t: "ack", id: line().last("send")?.["id"], seq: 4 });
    await expect(again).resolves.toMatchObject({ seq: 4 });
  });

  it("fails what is open as offline when the line breaks", async () => {
    session.start();
    await accept();
    const open = session.ask({ t: "send" });
    line().break(1006);
    await expect(open).rejects.toMatchObject({ code: "offline" });
    await expect(session.ask({ t: "send" })).rejects.toMatchObject({ code: "offline" });
    expect(session.tell({ t: "presence", state: "away" })).toBe(false);
  });

  it("pings a silent line and leaves a dead one", async () => {
    session.start();
    await accept();
    await clock.pass(25_000);
    expect(line().last("ping")).toEqual({ t: "ping" });
    line().say({ t: "pong" });
    await clock.pass(20_000);
    expect(session.status.kind).toBe("live");
    await clock.pass(40_000);
    expect(sockets.length).toBeGreaterThan(1);
  });

  it("finds a dead line also where the clock was set back by a day", async () => {
    let skew = 0;
    clock.now = () => clock.time + skew;
    session.start();
    await accept();
    skew = -86_400_000;
    await clock.pass(34_000);
    expect(sockets.length).toBeGreaterThan(1);
  });

  it("checks the line at once when the page comes back", async () => {
    session.start();
    await accept();
    clock.time += 3_600_000;
    session.nudge();
    expect(line().last("ping")).toEqual({ t: "ping" });
    await clock.pass(4_000);
    expect(session.status.kind).not.toBe("live");
  });

  it("refreshes its token before it dies", async () => {
    session.start();
    await accept();
    const keepAlive = setInterval(() => undefined, 1000);
    for (let passed = 0; passed < 720; passed += 10) {
      await clock.pass(10_000);
      line().say({ t: "pong" });
    }
    clearInterval(keepAlive);
    expect(tokens).toBe(2);
    expect(line().last("refresh")).toMatchObject({ token: "t2" });
  });

  it("hands hints on and survives frames it does not know", async () => {
    session.start();
    await accept();
    line().onmessage?.({ data: "not json" });
    line().say({ t: "future" }, { t: "hint", name: "typing", data: {} });
    expect(hints).toEqual(["typing"]);
  });
});
