/**
 * The frame's boot core: decides whether it may run, knows the visitor, keeps the line, counts what is unread.
 * The chat app is fetched on first open.
 */
import { codeOf, pickLanguage, resolveTargetOrigin } from "@halloo/core";
import { uuid } from "@halloo/core/uuid.ts";
import type { Chat } from "./chat/chat.tsx";
import {
  type Bridge,
  claimedParent,
  continueCode,
  createTickets,
  type LoaderMessage,
  openBridge,
} from "./frame/bridge.ts";
import { type Core, createEngine } from "./frame/engine.ts";
import { readRecord, type WidgetRecord } from "./frame/record.ts";
import { readMemory, safeStore, storageKeys, type TabMemory } from "./frame/storage.ts";
import { inTurn } from "./frame/turn.ts";

const PREVIEW_LENGTH = 140;
/** How long it is remembered that the first way to the relay is shut here. */
const ROUTE_MS = 3_600_000;
/** After the first live line: nobody waits for this. */
const FETCH_AHEAD_MS = 5_000;

const streams = () => import("@halloo/core/stream.ts");

/** One text for `preview`: the first line, at most 140 characters. */
const brief = (text: string): string => (text.length > PREVIEW_LENGTH ? `${text.slice(0, PREVIEW_LENGTH - 1)}…` : text);

function run(record: WidgetRecord, parentOrigin: string | undefined, target: string): void {
  const config = record.config.v1;
  const query = new URLSearchParams(location.search);
  const top = window.parent === window;
  const store = safeStore(() => localStorage);
  const tab = safeStore(() => sessionStorage);
  const keys = storageKeys(record.id, parentOrigin);
  let left = readMemory<TabMemory>(tab, keys.state);
  let locale = config.locale === "auto" ? query.get("locale") || navigator.language : config.locale;
  let theme = query.get("theme") || config.theme;
  let mobile = false;
  let open = top;
  let ready = false;
  let chat: Promise<Chat> | null = null;
  let question: string | null = null;
  let posted = -1;
  let begun = false;
  let fetching = false;
  /** What the page says of who the visitor is; it waits until there is one. */
  let proof: (() => void) | null = null;
  let quiet = true;

  const engine: Core = createEngine({
    record,
    keys,
    store,
    parentOrigin,
    locale,
    tab: uuid(),
    doNotTrack: navigator.doNotTrack === "1",
    alone: (work) => inTurn(`halloo-contact-${keys.user}`, work),
    clock: {
      now: Date.now,
      random: Math.random,
      after(ms, done) {
        const timer = setTimeout(done, ms);
        return () => clearTimeout(timer);
      },
    },
    fetch: (url, init) => fetch(url, { ...init, credentials: "omit" }),
    open: ({ kind, address }) =>
      kind === "socket"
        ? (new WebSocket(address) as never)
        : streams().then((it) => it.openStream(address, fetch as never)),
    locks: navigator.locks as never,
    channel: (name) => new BroadcastChannel(name) as never,
    memory: {
      get: () => (left.route && left.route.until > Date.now() ? left.route.address : undefined),
      set: (address) => keep({ route: address ? { address, until: Date.now() + ROUTE_MS } : undefined }),
    },
    parts: { writing: () => import("./frame/writing.ts"), person: () => import("./frame/person.ts") },
    uuid,
    ticket: () => (top || target === "*" ? Promise.resolve(null) : tickets.take()),
    continueCode: continueCode(location.hash),
    onMessage(message, conversation) {
      const text = typeof message.content === "string" ? message.content : "";
      tell("message_received", { conversation_id: conversation });
      count({ author: message.user.nickname, text: brief(text) });
      if (engine.leading && engine.viewing !== conversation) void chat?.then((app) => app.chime());
    },
    onSent: (conversation) => tell("message_sent", { conversation_id: conversation }),
    onWanted() {
      bridge.post({ type: "open", data: {} });
      shown(true);
    },
    onError: (code) => tell("error", { code }),
    onFailed(code) {
      tell("error", { code });
      // Who was here already reads it where they wrote; who comes back finds nothing.
      if (code !== "visitor_blocked" || !engine.state.me) bridge.post({ type: "failed", data: { code } });
    },
  });

  const bridge: Bridge = openBridge(record.id, target, take);
  const tickets = createTickets(
    () => bridge.post({ type: "need_ticket", data: {} }),
    (ms, done) => setTimeout(done, ms),
  );

  /** An event for those who listen on the page with `halloo.on`. */
  function tell(name: string, detail: Record<string, unknown>): void {
    bridge.post({ type: "event", data: { name, detail } });
  }

  /** Tells the loader how much is unread; with a preview only while the chat is closed. */
  function count(preview: { author: string; text: string } | null): void {
    const { unread } = engine.state;
    const changed = posted !== unread;
    if (preview === null && !changed) return;
    if (changed) tell("unread", { count: unread });
    posted = unread;
    bridge.post({ type: "unread", data: { count: unread, preview: open ? null : preview } });
  }

  function settings(): { locale: string; theme: string; mobile: boolean; open: boolean } {
    return { locale: pickLanguage(locale, navigator.language), theme, mobile, open };
  }

  /** Fetches and mounts the chat app, once. */
  function app(): Promise<Chat> {
    chat ??= import("./chat/chat.tsx").then((module) => {
      const mounted = module.mount(engine, settings(), {
        view: left.view ?? null,
        onView: (view) => keep({ view }),
        close: top
          ? null
          : () => {
              bridge.post({ type: "close", data: {} });
              shown(false);
            },
      });
      bridge.post({ type: "ready", data: { part: "app" } });
      return mounted;
    });
    // Without the app the window would be empty: back to the launcher, the next press tries again.
    chat.catch(() => {
      chat = null;
      bridge.post({ type: "close", data: {} });
      if (open) shown(false);
    });
    return chat;
  }

  /** Remembers for the next page in this tab. */
  function keep(fields: TabMemory): void {
    left = { ...left, ...fields };
    tab.set(keys.state, JSON.stringify(left));
  }

  /** Nothing of this tab's pages is for the next visitor. */
  function forget(): void {
    left = {};
    tab.set(keys.state, null);
  }

  function shown(now: boolean): void {
    if (open !== now) tell(now ? "open" : "close", {});
    open = now;
    quiet = true;
    keep({ open: now });
    if (now) {
      start();
      engine.remember({ dismissed: true });
    } else engine.putAway();
    const first = question;
    question = null;
    if (now || chat) {
      app().then(
        (it) => it.show(settings(), first),
        () => undefined,
      );
    }
  }

  function take(message: LoaderMessage): void {
    switch (message.type) {
      case "init":
        mobile = message.data.mobile;
        if (config.locale === "auto") locale = message.data.locale || locale;
        theme = message.data.theme || theme;
        tickets.give(message.data.ticket);
        begin();
        break;
      case "open":
        question = message.data.text;
        shown(true);
        break;
      case "close":
        // Closing what is closed puts the greeting away.
        if (open) shown(false);
        else engine.remember({ dismissed: true });
        break;
      case "viewport":
        mobile = message.data.mobile;
        void chat?.then((it) => it.show(settings(), null));
        break;
      case "identify":
        proof = () => answer(message.data.call, engine.identify(message.data.token), "identified");
        if (begun) proof();
        break;
      case "set":
        answer(message.data.call, set(message.data.attributes));
        break;
      case "reset":
        forget();
        proof = null;
        answer(message.data.call, engine.reset(begun));
        break;
      case "page":
        engine.setPage(message.data);
        break;
      case "ticket":
        tickets.give(message.data.ticket);
        break;
      default:
        message satisfies never;
    }
  }

  function answer(call: number, done: Promise<void>, event?: string): void {
    done.then(
      () => {
        bridge.post({ type: "result", data: { call, ok: true, error: null } });
        if (event) tell(event, {});
      },
      (error: unknown) => bridge.post({ type: "result", data: { call, ok: false, error: codeOf(error) } }),
    );
  }

  async function set(attributes: Record<string, unknown>): Promise<void> {
    const { readAttributes } = await import("./frame/person.ts");
    const look = readAttributes(attributes);
    locale = look.locale ?? locale;
    theme = look.theme ?? theme;
    void chat?.then((it) => it.show(settings(), null));
    await engine.claim(attributes);
  }

  /** The greeting rises once beside the closed launcher, unless it was put away or there is something to talk about. */
  function greet(): void {
    const { text, bubble_after_s: seconds } = config.greeting;
    if (!text || seconds === null || config.boot !== "eager" || engine.state.memory.dismissed) return;
    quiet = false;
    setTimeout(() => {
      const { memory, conversations, unread } = engine.state;
      if (quiet || open || memory.dismissed || (conversations?.length ?? 0) > 0) return;
      const author = engine.state.team.faces[0]?.name ?? config.chat.title;
      bridge.post({ type: "unread", data: { count: unread, preview: { author, text: brief(text) } } });
    }, seconds * 1000);
  }

  /** Makes contact. Under `boot: interaction` not before the visitor acts: a page that only says good-bye makes nobody known. */
  function start(): void {
    if (begun) return;
    begun = true;
    engine.start();
    proof?.();
  }

  /** Fetches early what is needed just when nothing can be fetched. */
  function ahead(): void {
    if (fetching) return;
    fetching = true;
    setTimeout(() => streams().catch(() => undefined), FETCH_AHEAD_MS);
  }

  function begin(): void {
    if (ready) return;
    ready = true;
    engine.subscribe(() => {
      count(null);
      if (engine.state.settled) ahead();
    });
    const now = config.boot === "eager" || location.hash;
    if (now) start();
    tell("ready", {});
    greet();
    if (top) shown(true);
    else if (now && left.open && !mobile) {
      bridge.post({ type: "open", data: {} });
      shown(true);
    }
  }

  // Back again: try at once. Gone: a ping finds out in seconds what silence would tell in half a minute.
  for (const change of ["online", "offline"]) addEventListener(change, () => engine.nudge());
  addEventListener("pagehide", () => engine.hide());
  addEventListener("pageshow", (event) => event.persisted && engine.nudge());
  const look = (): boolean => {
    const visible = document.visibilityState === "visible";
    engine.setVisible(visible);
    return visible;
  };
  look();
  document.addEventListener("visibilitychange", () => look() && engine.nudge());
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== keys.token) return;
    if (newValue === null) forget();
    if (begun) engine.follow();
  });

  bridge.post({ type: "ready", data: { part: "core" } });
  if (top || target === "*") begin();
}

const record = readRecord();
if (record) {
  // Opened on its own nobody is the parent, whatever the address says.
  const alone = window.parent === window;
  const parent = alone ? undefined : claimedParent(location.search, location.ancestorOrigins?.[0]);
  const target = parent === "null" ? "null" : resolveTargetOrigin(record.domains, parent);
  if (target !== "null") run(record, parent, target);
  else if (alone) {
    const root = document.getElementById("halloo");
    if (root) root.textContent = `This chat is at home on ${record.domains.join(", ")}.`;
  }
}
