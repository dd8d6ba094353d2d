/** A relay, a network and a browser with tabs in memory, for random runs: all of it on one clock, all chance from one seed. */
import type { Channel, Clock, Locks, Socket } from "./ports.ts";
import type { Route } from "./routes.ts";
import { FakeClock } from "./testing.ts";

type Json = Record<string, unknown>;

/** Numbers in [0, 1) that a seed repeats (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The relay: a log of each stream, and who listens. */
export class Relay {
  readonly logs = new Map<string, Json[]>();
  readonly stored = new Map<string, Json>();
  readonly lines = new Set<Line>();
  /** Addresses that answer nobody. */
  readonly down = new Set<string>();
  readonly heard: Json[] = [];
  /** The visitor is blocked. */
  shut = false;
  epoch = "e";

  constructor(readonly clock: FakeClock) {}

  log(stream: string): Json[] {
    const log = this.logs.get(stream) ?? [];
    this.logs.set(stream, log);
    return log;
  }

  write(stream: string, data: Json): Json {
    const log = this.log(stream);
    const event = { t: "event", stream, offset: log.length + 1, name: "message:send", data };
    log.push(event);
    for (const line of this.lines) if (line.streams.has(stream)) line.say(event);
    return event;
  }

  cut(address?: string): void {
    for (const line of [...this.lines]) if (!address || line.address === address) line.end(1006);
  }

  find({ id, epoch, offset }: { id: string; epoch?: string; offset?: number }): { found: Json; missed: Json[] } {
    const log = this.log(id);
    const known = epoch === this.epoch && log.length - (offset ?? 0) <= 300;
    const found = { id, epoch: this.epoch, offset: log.length, recovered: known };
    return { found, missed: known ? log.slice(offset) : [] };
  }
}

/** One connection: what is said in it arrives after a while and in order, unless it was cut meanwhile. */
export class Line implements Socket {
  readonly streams = new Set<string>();
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  private over = false;

  constructor(
    readonly relay: Relay,
    readonly address: string,
    readonly tab: Tab,
  ) {
    if (relay.down.has(address)) this.later(() => this.tab.run(() => this.onclose?.({ code: 1006 })));
    else {
      this.later(() => {
        relay.lines.add(this);
        this.tab.run(() => this.onopen?.());
      });
    }
  }

  private later(run: () => void): void {
    this.relay.clock.after(5, () => !this.over && run());
  }

  say(frame: Json): void {
    this.later(() => this.tab.run(() => this.onmessage?.({ data: JSON.stringify(frame) })));
  }

  send(text: string): void {
    this.later(() => this.take(JSON.parse(text) as Json));
  }

  close(): void {
    this.over = true;
    this.relay.lines.delete(this);
  }

  end(code: number): void {
    this.close();
    this.tab.run(() => this.onclose?.({ code }));
  }

  private take(frame: Json): void {
    this.relay.heard.push(frame);
    const { t, id } = frame;
    if (this.relay.shut) this.end(4403);
    else if (t === "connect" || t === "subscribe") {
      const answers = (frame["streams"] as { id: string }[]).map((want) => this.relay.find(want));
      const streams = answers.map(({ found }) => found);
      this.say(t === "connect" ? { t: "connected", session: "s", ping_s: 25, streams } : { t: "ok", id, streams });
      for (const { found, missed } of answers) {
        for (const event of missed) this.say(event);
        this.streams.add(found["id"] as string);
      }
      if (t === "connect") this.say({ t: "live" });
    } else if (t === "send") {
      const key = frame["client_id"] as string;
      const event = this.relay.stored.get(key) ?? this.relay.write(frame["conversation"] as string, { client_id: key });
      this.relay.stored.set(key, event);
      this.say({ t: "ack", id, seq: event["offset"] });
    } else if (t === "ping") this.say({ t: "pong" });
    else if (id !== undefined) this.say({ t: "ok", id });
  }
}

interface Request {
  readonly tab: Tab;
  readonly held: () => Promise<void>;
  readonly fail: (why: Error) => void;
  readonly done: (value: unknown) => void;
}

/** What the tabs of one browser share: locks and channels. */
export class Browser {
  readonly clock = new FakeClock();
  readonly relay = new Relay(this.clock);
  readonly tabs: Tab[] = [];
  readonly queues = new Map<string, Request[]>();
  readonly channels = new Set<{ name: string; tab: Tab; channel: Channel }>();

  /** The lock `name` is let go of by this tab, or by its death. */
  drop(name: string, request: Request): void {
    const queue = this.queues.get(name) ?? [];
    const first = queue[0] === request;
    this.queues.set(
      name,
      queue.filter((other) => other !== request),
    );
    if (first) this.grant(name);
  }

  grant(name: string): void {
    const [request] = this.queues.get(name) ?? [];
    if (!request) return;
    this.clock.after(0, () =>
      request.tab.run(() => {
        request.held().then(() => {
          this.drop(name, request);
          request.done(undefined);
        });
      }),
    );
  }
}

/** One tab: it can sleep, so that nothing runs in it, and die. */
export class Tab {
  private asleep: (() => void)[] | null = null;
  dead = false;

  constructor(
    readonly browser: Browser,
    readonly id: string,
  ) {
    browser.tabs.push(this);
  }

  run(work: () => void): void {
    if (this.dead) return;
    if (this.asleep) this.asleep.push(work);
    else work();
  }

  sleep(): void {
    this.asleep ??= [];
  }

  wake(): void {
    const missed = this.asleep ?? [];
    this.asleep = null;
    for (const work of missed) this.run(work);
  }

  die(): void {
    this.dead = true;
    const { browser } = this;
    for (const line of [...browser.relay.lines]) if (line.tab === this) line.close();
    for (const entry of [...browser.channels]) if (entry.tab === this) browser.channels.delete(entry);
    for (const [name, queue] of browser.queues) {
      for (const request of queue) if (request.tab === this) browser.drop(name, request);
    }
  }

  readonly clock: Clock = {
    now: () => this.browser.clock.now(),
    random: () => this.browser.clock.random(),
    after: (ms, run) => {
      let over = false;
      const cancel = this.browser.clock.after(ms, () => this.run(() => over || run()));
      return () => {
        over = true;
        cancel();
      };
    },
  };

  readonly open = ({ address }: Route): Socket => new Line(this.browser.relay, address, this);

  readonly channel = (name: string): Channel => {
    const channel: Channel = {
      onmessage: null,
      postMessage: (message) => {
        const data = structuredClone(message);
        for (const entry of this.browser.channels) {
          if (entry.name !== name || entry.channel === channel) continue;
          this.browser.clock.after(1, () => entry.tab.run(() => entry.channel.onmessage?.({ data })));
        }
      },
      close: () => {
        channel.onmessage = null;
        for (const entry of this.browser.channels) if (entry.channel === channel) this.browser.channels.delete(entry);
      },
    };
    this.browser.channels.add({ name, tab: this, channel });
    return channel;
  };

  readonly locks: Locks = {
    request: (name, { signal, steal }, held) =>
      new Promise((done, fail) => {
        const { queues } = this.browser;
        const request: Request = { tab: this, held, fail, done };
        const queue = queues.get(name) ?? [];
        if (steal) {
          const [old, ...others] = queue;
          queues.set(name, [request, ...others]);
          if (old) old.tab.run(() => old.fail(new Error("stolen")));
        } else queues.set(name, [...queue, request]);
        signal?.addEventListener("abort", () => {
          // A lock that is held is not given back by a signal.
          if (queues.get(name)?.[0] !== request) this.browser.drop(name, request);
          fail(new Error("aborted"));
        });
        if (queues.get(name)?.[0] === request) this.browser.grant(name);
      }),
  };
}
