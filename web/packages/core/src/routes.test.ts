import { beforeEach, describe, expect, it } from "vitest";
import { type Route, routesTo } from "./routes.ts";
import { createSession, type Session, type SessionStatus } from "./session.ts";
import { FakeClock, FakeSocket, settle } from "./testing.ts";

const PRIMARY = "wss://relay/relay";
const RESCUE = "wss://rescue/relay";
const ROUTES = routesTo(PRIMARY, RESCUE);

/** Answers pings. */
class Answering extends FakeSocket {
  override send(text: string): void {
    super.send(text);
    if (text.includes('"ping"')) this.say({ t: "pong" });
  }
}

let clock: FakeClock;
let sockets: FakeSocket[];
let statuses: SessionStatus[];
let events: number[];
let kept: string | undefined;
let session: Session;

const line = (): FakeSocket => sockets.at(-1) as FakeSocket;
const tried = (): string[] => sockets.map(({ address }) => address);

function open(): void {
  session = createSession({
    role: "visitor",
    widget: "w",
    tab: "tab",
    clock,
    routes: () => ROUTES,
    memory: {
      get: () => kept,
      set: (address) => {
        kept = address;
      },
    },
    open: ({ address }: Route) => {
      const socket = new Answering(address);
      sockets.push(socket);
      return socket;
    },
    token: async () => ({ token: "t", expires_in: 90_000 }),
    onStatus: (status) => statuses.push(status),
    onEvent: (_name, _data, _stream, offset) => events.push(offset),
    onLost: () => undefined,
  });
}

beforeEach(() => {
  clock = new FakeClock();
  sockets = [];
  statuses = [];
  events = [];
  kept = undefined;
  open();
});

async function accept(offset = 0): Promise<void> {
  await settle();
  const socket = line();
  socket.onopen?.();
  const streams = ((socket.last("connect")?.["streams"] ?? []) as { id: string }[]).map(({ id }) => ({
    id,
    epoch: "e",
    offset,
    recovered: true,
  }));
  socket.say({ t: "connected", session: "s", ping_s: 25, streams }, { t: "live" });
  await settle();
}

/** Breaks each try until one is made to this address. */
async function failUntil(address: string): Promise<void> {
  await settle();
  for (let turn = 0; turn < 50 && line().address !== address; turn += 1) {
    line().break(1006);
    await settle();
    await clock.pass(30_000);
  }
}

const event = (offset: number) => ({ t: "event", stream: "c:1", offset, name: "message:send", data: {} });

describe("the order of the routes", () => {
  it("is primary, rescue, then streaming on each", () => {
    expect(ROUTES).toEqual([
      { kind: "socket", address: PRIMARY },
      { kind: "socket", address: RESCUE },
      { kind: "stream", address: "https://relay/relay/stream" },
      { kind: "stream", address: "https://rescue/relay/stream" },
    ]);
    expect(routesTo(PRIMARY, null)).toHaveLength(2);
  });

  it("goes on after three failures in a row, gives each its tries, and begins anew after the last", async () => {
    session.start();
    await settle();
    const each = async (times: number): Promise<void> => {
      for (let turn = 0; turn < times; turn += 1) {
        await clock.pass(2_000);
        line().break(1006);
      }
    };
    const [stream, last] = ["https://relay/relay/stream", "https://rescue/relay/stream"];
    await each(9);
    const first = [PRIMARY, PRIMARY, PRIMARY, RESCUE, RESCUE, stream, stream, last, last];
    expect(tried()).toEqual(first);
    await clock.pass(30_000);
    await each(3);
    // Without the primary for long, one try is enough.
    expect(tried()).toEqual([...first, PRIMARY, RESCUE, stream]);
  });

  it("tries the primary three times, where the failures come quickly", async () => {
    session.start();
    await settle();
    for (let turn = 0; turn < 3; turn += 1) {
      line().break(1006);
      await clock.pass(2_000);
    }
    expect(tried()).toEqual([PRIMARY, PRIMARY, PRIMARY, RESCUE]);
  });

  it("goes on after 20 s without a primary that only hangs", async () => {
    session.start();
    await settle();
    await clock.pass(21_000);
    expect(tried()).toEqual([PRIMARY, PRIMARY, RESCUE]);
  });

  it("does not flee from a relay that answers: a limit or a planned restart is waited for", async () => {
    session.start();
    await accept();
    for (let turn = 0; turn < 4; turn += 1) {
      line().say({ t: "reconnect", after_ms: 700 });
      line().break(1012);
      expect(session.status).toMatchObject({ kind: "waiting", retryAt: clock.now() + 700 });
      await clock.pass(700);
      await accept();
    }
    line().break(4429);
    await clock.pass(30_000);
    expect(new Set(tried())).toEqual(new Set([PRIMARY]));
  });
});

describe("away from the primary", () => {
  it("tries it every minute on a second line, which takes over only when it is live, and shows nothing twice", async () => {
    session.follow("c:1", { epoch: "e", offset: 4 });
    session.start();
    await failUntil(RESCUE);
    await accept(4);
    expect(session.status).toMatchObject({ kind: "live", route: { address: RESCUE } });
    const rescue = line();
    rescue.say(event(5));
    const before = statuses.length;
    await clock.pass(60_000);
    expect(line().address).toBe(PRIMARY);
    line().break(1006);
    rescue.say(event(6));
    await clock.pass(60_000);
    const primary = line();
    expect(primary).not.toBe(rescue);
    await settle();
    primary.onopen?.();
    expect(primary.sent[0]).toMatchObject({ streams: [{ id: "c:1", epoch: "e", offset: 6 }] });
    primary.say({
      t: "connected",
      session: "s",
      ping_s: 25,
      streams: [{ id: "c:1", epoch: "e", offset: 8, recovered: true }],
    });
    primary.say(event(7));
    rescue.say(event(7));
    expect(rescue.closedWith).toBeNull();
    primary.say(event(8), { t: "live" });
    rescue.say(event(8));
    primary.say(event(9));
    expect(events).toEqual([5, 6, 7, 8, 9]);
    expect(rescue.closedWith).toBe(1000);
    expect(statuses.slice(before).map(({ kind }) => kind)).toEqual(["live"]);
    expect(session.status).toMatchObject({ kind: "live", route: { address: PRIMARY } });
  });

  it("lets the old line give the answers that it owes", async () => {
    session.start();
    await failUntil(RESCUE);
    await accept();
    const rescue = line();
    const answer = session.ask({ t: "send" });
    session.nudge();
    await settle();
    await accept();
    expect(line().address).toBe(PRIMARY);
    expect(rescue.closedWith).toBeNull();
    rescue.say({ t: "ack", id: rescue.last("send")?.["id"], seq: 7 });
    await expect(answer).resolves.toMatchObject({ seq: 7 });
    expect(rescue.closedWith).toBe(1000);
  });

  it("tries the primary at once when nudged, with a line or without", async () => {
    session.start();
    await failUntil(RESCUE);
    await accept();
    session.nudge();
    await settle();
    expect(line().address).toBe(PRIMARY);
    line().break(1006);
    sockets.at(-2)?.break(1006);
    session.nudge();
    await settle();
    expect(line().address).toBe(PRIMARY);
  });

  it("remembers the way that worked, and forgets it once the primary is steady", async () => {
    session.start();
    await failUntil("https://relay/relay/stream");
    await accept();
    await clock.pass(6_000);
    expect(kept).toBe("https://relay/relay/stream");
    session.stop();
    open();
    session.start();
    await settle();
    expect(line().address).toBe("https://relay/relay/stream");
    await accept();
    session.nudge();
    await settle();
    await accept();
    await clock.pass(6_000);
    expect(kept).toBeUndefined();
  });
});
