/**
 * The visitor's messenger without a screen: who the visitor is, the conversations, what is under way, what is unread.
 *
 * The boot core makes one; the chat app draws its state and calls its verbs. Every change gives a new `state` object.
 * Here the parts are put together: `visitor` and `identity` know who it is, `conversations` what was said. Two parts come later:
 * `writing` when the chat opens, `person` when the page says who its visitor is.
 */
import { backoff, createTabSession, OFFLINE, Refusal, routesTo, type TabSession } from "@halloo/core";
import type { Public } from "@halloo/wire";
import { createConversations } from "./conversations.ts";
import { createIdentity } from "./identity.ts";
import { cut, type Parts } from "./parts.ts";
import type { Person } from "./person.ts";
import { createShared, type EngineOptions } from "./state.ts";
import { createVisitor } from "./visitor.ts";
import type { WritingVerbs } from "./writing.ts";

export {
  type Conversation,
  type EngineOptions,
  type Face,
  type Fields,
  type FormState,
  type Message,
  NEW,
  type State,
  type ThreadState,
} from "./state.ts";

/** What runs before the chat opens. */
export type Core = ReturnType<typeof createEngine>;
/** What the chat knows of it. */
export type Engine = Omit<Core, "parts" | "person"> & WritingVerbs;

export function createEngine(options: EngineOptions) {
  const { keys, store, clock } = options;
  const shared = createShared(options);
  const { api, update, remember } = shared;
  const line = (): TabSession => session;
  /** How often in a row the relay has shut us out. */
  let shut = 0;

  const fail = (code: string): void => {
    update({ failed: code });
    options.onFailed(code);
  };

  /** What belongs to one visitor is not for the next. */
  const leave = (): void => {
    visitor.forget();
    conversations.leave();
    parts.writing?.forms.forget(new Refusal(OFFLINE));
  };

  /** What waits to be said. */
  const drop = (): void => {
    parts.writing?.outbox.clear();
    parts.person?.forget();
    shared.metadata = {};
  };

  /** What somebody typed who was proven to be who they are is not for the next; sounds and the like stay as they are wanted here. */
  const wipe = (): void => {
    const { sound, dismissed } = shared.state.memory;
    drop();
    for (const key of [keys.form, keys.outbox, keys.state]) store.set(key, null);
    remember({ ...(sound === undefined ? {} : { sound }), ...(dismissed === undefined ? {} : { dismissed }) });
    parts.writing?.forms.forget(new Refusal(OFFLINE));
  };

  const visitor = createVisitor(shared, {
    leave,
    wipe,
    fail,
    met({ visitor: { id, visitor_token } }) {
      // Conversations are followed from where their list stands: what is said meanwhile is not skipped.
      session.follow(`v:${id}`);
      // A visitor who comes for the first time has nothing to load.
      if (visitor_token) shared.setConversations(shared.state.conversations ?? []);
      else void conversations.load();
      parts.person?.flush();
    },
  });
  const conversations = createConversations(shared, {
    session: line,
    later: () => parts.writing?.reading,
    settle: (id, messages) => parts.writing?.settle(id, messages),
  });
  const parts: Parts = {
    shared,
    session: line,
    visitor,
    conversations,
    fail,
    leave,
    wipe,
    writing: null,
    waiting: null,
    person: null,
    farewells: 0,
  };
  const identity = createIdentity(parts, drop);

  /** The part that knows what the page says. */
  const person = (): Promise<Person> =>
    options.parts.person().then((module) => {
      parts.person ??= module.createPerson(parts);
      return parts.person;
    }, cut);

  const session: TabSession = createTabSession({
    name: `halloo-${keys.user}`,
    locks: options.locks,
    channel: options.channel,
    memory: options.memory,
    role: "visitor",
    widget: shared.record.id,
    tab: options.tab,
    clock,
    routes: () => routesTo(shared.record.hosts.relay, shared.record.hosts.rescue),
    open: options.open,
    // Who looks at the open chat does not wait half a minute for a server that is back.
    patience: () => (shared.onScreen() === null ? 30_000 : 4_000),
    token: visitor.relayToken,
    onStatus: (status) => {
      update({ status: status.kind, settled: shared.state.settled || status.kind === "live" });
      if (status.kind === "live") live();
      if (status.kind === "stopped" && (status.code === 4403 || status.code === 4404)) comeBack();
    },
    onEvent: (name, data, stream) => {
      if (stream.startsWith("c:")) conversations.fact(stream.slice(2), name, data);
      else conversations.visitorFact(name, data);
    },
    onHint: conversations.hint,
    onLost: (stream) => {
      if (stream.startsWith("v:")) {
        session.unfollow(stream);
        session.follow(stream);
      }
      const id = stream.slice(2);
      // Older than the list is long: nobody else would load it.
      if (shared.state.threads[id] && !shared.find(id)) void parts.writing?.reading.refresh(id);
      void conversations.load();
    },
  });

  /**
   * Shut out: the answer to a fresh hello says why, or that all is well again. It may have been a stream that is not ours any
   * more, such as of a conversation that was deleted: they are all asked for anew.
   */
  const comeBack = (): void => {
    const mine = shared.era;
    visitor.forget();
    session.forget();
    clock.after(backoff(shut, clock.random()), () => {
      if (mine !== shared.era) return;
      visitor.contact().then(
        ({ visitor: { id } }) => {
          session.follow(`v:${id}`);
          session.start();
          void conversations.load();
        },
        (error) => mine === shared.era && error instanceof Refusal && error.passing && comeBack(),
      );
    });
    shut += 1;
  };

  const live = (): void => {
    shut = 0;
    present();
    sayPage();
    if (shared.state.me && (conversations.behind || shared.state.conversations === null)) void conversations.load();
    parts.writing?.reading.again();
    parts.writing?.outbox.flush();
    parts.person?.flush();
  };

  const present = (): boolean => session.tell({ t: "presence", state: shared.visible ? "online" : "away" });

  const sayPage = (): void => {
    if (shared.page) session.tell({ t: "page", ...shared.page });
  };

  const core = {
    parts,
    person,
    get record() {
      return shared.record;
    },
    get state() {
      return shared.state;
    },
    subscribe: shared.subscribe,
    start(): void {
      // Words of a former page wait to be sent.
      if (store.get(keys.outbox)) {
        parts.waiting = options.parts.writing().then(
          ({ openWriting }) => void openWriting(core),
          () => undefined,
        );
      }
      const { continueCode: code } = options;
      if (!code) {
        session.start();
        return;
      }
      options.onWanted();
      person().then(
        (it) => it.redeem(code),
        () => {
          update({ continued: "invalid" });
          session.start();
        },
      );
    },
    nudge: () => session.nudge(),
    /** The page goes away. */
    hide: () => session.hide(),
    /** This tab plays the sound. */
    get leading() {
      return session.leading;
    },
    remember,
    /** Somebody was here before: there may be conversations. */
    get isKnown() {
      return shared.token !== null;
    },
    /** Another number is another visitor: what a former one typed is not written down any more. */
    get era() {
      return shared.era;
    },
    /** Where the visitor is; nobody's business where tracking is not wanted. */
    setPage(next: Public.PagePost): void {
      if (options.doNotTrack || shared.record.config.v1.page_tracking === "off") return;
      shared.page = next;
      sayPage();
    },
    /** Whether somebody can see the frame: the tab is in front. */
    setVisible(next: boolean): void {
      shared.visible = next;
      present();
      if (next) parts.writing?.reading.readLater();
    },
    /** Nothing is on the screen. */
    putAway: (): void => parts.writing?.reading.view(null),
    get viewing() {
      return shared.onScreen();
    },
    /** Asks the public API, below the widget's own address. */
    ask: api,
    /** What is known anew of a conversation. */
    patch: shared.patch,
    update,
    /** Attributes that the page claims. Rejects with `field_unknown` or `field_invalid`. */
    claim(attributes: Record<string, unknown>): Promise<void> {
      const { farewells } = parts;
      return person().then((it) => it.claim(attributes, farewells));
    },
    /** Proves who the visitor is; rejects with the server's refusal, and they stay who they were. */
    identify(proof: string): Promise<void> {
      const { farewells } = parts;
      return person().then((it) => it.identify(proof, farewells));
    },
    reset: identity.reset,
    follow: identity.follow,
  };
  return core;
}
