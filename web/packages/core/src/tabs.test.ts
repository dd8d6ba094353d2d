import { describe, expect, it } from "vitest";
import { Refusal } from "./refusal.ts";
import { routesTo } from "./routes.ts";
import { createTabSession, type TabSession } from "./tabs.ts";
import { settle } from "./testing.ts";
import { Browser, chance, Tab } from "./testing-network.ts";

const PRIMARY = "wss://relay/relay";
const RESCUE = "wss://rescue/relay";
const STREAM = "c:1";

/** A page in a tab: it keeps what it was shown, loads a snapshot where it is told to, and repeats what was not stored. */
class Page {
  readonly tab: Tab;
  readonly session: TabSession;
  at = 0;
  faults: string[] = [];
  answers = 0;
  private cancel = (): void => undefined;
  open = new Map<string, { readonly under: boolean }>();

  constructor(
    readonly browser: Browser,
    id: string,
    { locks = true, channel = true, visitor = "v:1" } = {},
  ) {
    this.tab = new Tab(browser, id);
    this.at = browser.relay.log(STREAM).length;
    const { tab } = this;
    this.session = createTabSession({
      name: "halloo-w",
      locks: locks ? tab.locks : undefined,
      channel: channel ? tab.channel : () => null,
      role: "visitor",
      widget: "w",
      tab: id,
      clock: tab.clock,
      routes: () => routesTo(PRIMARY, RESCUE),
      open: tab.open,
      patience: () => 4_000,
      token: async () => ({ token: "t", expires_in: 900, streams: [visitor, `c:${id}`] }),
      onStatus: ({ kind }) => kind === "live" && this.flush(),
      onEvent: (_name, _data, stream, offset) => {
        if (stream !== STREAM) return;
        if (offset !== this.at + 1) this.faults.push(`${id} was at ${this.at} and was shown ${offset}`);
        this.at = offset;
      },
      onLost: (stream) => this.load(stream),
    });
    this.session.follow("v:1");
    this.session.follow(STREAM, { epoch: browser.relay.epoch, offset: this.at });
    this.session.start();
  }

  /** A snapshot, as the API gives it. */
  load(stream: string): void {
    this.tab.clock.after(20, () => {
      const { relay } = this.browser;
      const offset = relay.log(stream).length;
      if (stream === STREAM) this.at = offset;
      this.session.follow(stream, { epoch: relay.epoch, offset });
    });
  }

  send(key: string): void {
    this.open.set(key, { under: false });
    this.flush();
  }

  flush(): void {
    for (const [key, { under }] of this.open) if (!under) this.deliver(key);
  }

  private deliver(key: string): void {
    this.open.set(key, { under: true });
    this.session.ask({ t: "send", conversation: STREAM, client_id: key }).then(
      () => {
        this.answers += 1;
        this.open.delete(key);
      },
      (error: unknown) => {
        if (!(error instanceof Refusal) || error.code !== "offline") this.faults.push(String(error));
        this.open.set(key, { under: false });
        this.cancel();
        this.cancel = this.tab.clock.after(3_000, () => this.flush());
      },
    );
  }
}

const kinds = (pages: readonly Page[]): string[] => pages.map(({ session }) => session.status.kind);

async function opened(count: number, how: { locks?: boolean; channel?: boolean } = {}) {
  const browser = new Browser();
  const pages: Page[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    pages.push(new Page(browser, `t${turn}`, how));
    await browser.clock.pass(1_000);
  }
  return { browser, pages, relay: browser.relay };
}

describe.each([
  ["with locks", { locks: true }],
  ["without locks", { locks: false }],
])("tabs of one browser %s", (_name, how) => {
  it.each([2, 9])("share one connection: %i of them", async (count) => {
    const { browser, pages, relay } = await opened(count, how);
    expect(relay.lines.size).toBe(1);
    expect(new Set(kinds(pages))).toEqual(new Set(["live"]));
    expect(pages.filter(({ session }) => session.leading)).toHaveLength(1);
    relay.write(STREAM, {});
    await browser.clock.pass(100);
    expect(new Set(pages.map(({ at }) => at))).toEqual(new Set([1]));
  });

  it("go on when the one that leads is closed: nothing is lost, nothing is shown twice, what was asked is repeated", async () => {
    const { browser, pages, relay } = await opened(3, how);
    const [leader, ...others] = pages as [Page, Page, Page];
    expect(leader.session.leading).toBe(true);
    others[0]?.send("one");
    leader.session.hide();
    leader.tab.die();
    relay.write(STREAM, {});
    await browser.clock.pass(60_000);
    relay.write(STREAM, {});
    await browser.clock.pass(1_000);
    expect(relay.lines.size).toBe(1);
    for (const page of others) expect(page).toMatchObject({ at: 3, faults: [] });
    expect(others[0]?.answers).toBe(1);
    expect(relay.stored.size).toBe(1);
  });

  it("go on when the one that leads falls asleep, and it joins the others when it wakes", async () => {
    const { browser, pages, relay } = await opened(3, how);
    const [leader, ...others] = pages as [Page, Page, Page];
    leader.tab.sleep();
    relay.write(STREAM, {});
    await browser.clock.pass(60_000);
    for (const page of others) expect(page).toMatchObject({ at: 1, faults: [] });
    leader.tab.wake();
    await browser.clock.pass(30_000);
    relay.write(STREAM, {});
    await browser.clock.pass(1_000);
    for (const page of pages) expect(page).toMatchObject({ at: 2, faults: [] });
    expect(relay.lines.size).toBe(1);
    expect(pages.filter(({ session }) => session.leading)).toHaveLength(1);
  });
});

describe("what the leader does for the others", () => {
  it("feeds a tab that is behind from what it kept, and tells it where that does not reach", async () => {
    const { browser, pages, relay } = await opened(2);
    const [, follower] = pages as [Page, Page];
    follower.tab.sleep();
    for (let turn = 0; turn < 20; turn += 1) relay.write(STREAM, {});
    await browser.clock.pass(1_000);
    const young = new Page(browser, "young");
    young.at = 5;
    young.session.follow(STREAM, { epoch: "e", offset: 5 });
    const old = new Page(browser, "old");
    await browser.clock.pass(1_000);
    follower.tab.wake();
    await browser.clock.pass(1_000);
    expect(follower).toMatchObject({ at: 20, faults: [] });
    expect(old).toMatchObject({ at: 20, faults: [] });
    for (let turn = 0; turn < 300; turn += 1) relay.write(STREAM, {});
    await browser.clock.pass(1_000);
    const late = new Page(browser, "late");
    late.session.stop();
    late.session.forget();
    late.at = 10;
    late.session.follow(STREAM, { epoch: "e", offset: 10 });
    late.session.start();
    await browser.clock.pass(1_000);
    expect(late.at).toBe(320);
  });

  it("says once what two tabs with one outbox send, and both get the answer", async () => {
    const { browser, pages, relay } = await opened(2);
    for (const page of pages) page.send("same");
    await browser.clock.pass(1_000);
    expect(relay.heard.filter(({ t }) => t === "send")).toHaveLength(1);
    expect(pages.map(({ answers }) => answers)).toEqual([1, 1]);
  });

  it("is online while any tab is seen, on the page of the tab that was seen last", async () => {
    const { browser, pages, relay } = await opened(2);
    const [one, two] = pages as [Page, Page];
    const told = (t: string) => relay.heard.filter((frame) => frame["t"] === t);
    one.session.tell({ t: "presence", state: "online" });
    one.session.tell({ t: "page", url: "/one", title: "", referrer: "" });
    two.session.tell({ t: "presence", state: "online" });
    two.session.tell({ t: "page", url: "/two", title: "", referrer: "" });
    await browser.clock.pass(100);
    one.session.tell({ t: "presence", state: "away" });
    await browser.clock.pass(100);
    expect(told("presence")).toEqual([]);
    two.session.tell({ t: "presence", state: "away" });
    await browser.clock.pass(100);
    one.session.tell({ t: "presence", state: "online" });
    await browser.clock.pass(100);
    expect(told("presence").map(({ state }) => state)).toEqual(["away", "online"]);
    expect(told("page").map(({ url }) => url)).toEqual(["/one", "/two", "/one"]);
  });

  it("stops them all where the relay shuts the visitor out", async () => {
    const { browser, pages, relay } = await opened(2);
    relay.shut = true;
    for (const line of relay.lines) line.end(4403);
    await browser.clock.pass(100);
    expect(pages.map(({ session }) => session.status)).toEqual([
      { kind: "stopped", code: 4403 },
      { kind: "stopped", code: 4403 },
    ]);
    relay.shut = false;
    for (const { session } of pages) session.start();
    await browser.clock.pass(2_000);
    expect(kinds(pages)).toEqual(["live", "live"]);
    expect(relay.lines.size).toBe(1);
  });
});

it("tabs of different visitors do not share", async () => {
  const browser = new Browser();
  const pages = [new Page(browser, "a"), new Page(browser, "b", { visitor: "v:2" })];
  await browser.clock.pass(1_000);
  expect(kinds(pages)).toEqual(["live", "live"]);
  expect(browser.relay.lines.size).toBe(2);
});

it("without channels each tab has its own connection", async () => {
  const { pages, relay } = await opened(2, { channel: false });
  expect(kinds(pages)).toEqual(["live", "live"]);
  expect(relay.lines.size).toBe(2);
});

/** A random life: messages, lines that break, relays that go down, tabs that come, go and sleep. */
async function live(seed: number, locks: boolean): Promise<void> {
  const random = chance(seed);
  const browser = new Browser();
  browser.clock.random = random;
  const { clock, relay } = browser;
  const pages: Page[] = [];
  let keys = 0;
  const alive = () => pages.filter(({ tab }) => !tab.dead);
  const any = (): Page | undefined => alive()[Math.floor(random() * alive().length)];
  const say = (): void => {
    keys += 1;
    any()?.send(`k${keys}`);
  };
  const wake = (): void => {
    for (const { tab } of alive()) tab.wake();
  };
  const deeds: (() => void)[] = [
    () => relay.write(STREAM, {}),
    () => relay.write(STREAM, {}),
    say,
    say,
    () => relay.cut(),
    () => relay.cut(PRIMARY),
    () => {
      relay.down.add(PRIMARY);
      relay.cut(PRIMARY);
    },
    () => relay.down.clear(),
    () => any()?.tab.sleep(),
    wake,
    () => any()?.session.nudge(),
    () => {
      if (alive().length < 4) pages.push(new Page(browser, `t${pages.length}`, { locks }));
    },
    () => {
      if (alive().length < 2) return;
      const page = any();
      if (random() < 0.5) page?.session.hide();
      page?.tab.die();
    },
  ];
  pages.push(new Page(browser, "t0", { locks }));
  for (let turn = 0; turn < 120; turn += 1) {
    deeds[Math.floor(random() * deeds.length)]?.();
    await clock.pass(random() < 0.2 ? random() * 40_000 : random() * 800);
  }
  relay.down.clear();
  wake();
  await clock.pass(240_000);
  relay.write(STREAM, {});
  await clock.pass(10_000);
  await settle();
  const head = relay.log(STREAM).length;
  expect(relay.lines.size).toBe(1);
  for (const page of alive()) {
    expect(page.faults).toEqual([]);
    expect(page.at).toBe(head);
    expect([...page.open.keys()]).toEqual([]);
  }
  const stored = relay.log(STREAM).map(({ data }) => (data as { client_id?: string }).client_id);
  const named = stored.filter((key) => key !== undefined);
  expect(new Set(named).size).toBe(named.length);
}

const SEED = Number(process.env["HALLOO_TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

it.each(Array.from({ length: 40 }, (_none, turn) => SEED + turn))(
  "shows every event once and in order through a random life (HALLOO_TEST_SEED=%i)",
  async (seed) => {
    await live(seed, seed % 4 !== 0);
  },
);
