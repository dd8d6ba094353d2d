/**
 * The visitor's messenger without a screen: who the visitor is, the conversations, what is under way, what is unread.
 *
 * The boot core makes one; the chat app draws its state and calls its verbs. Every change gives a new `state` object.
 * Here the parts are put together: `visitor` and `identity` know who it is, `conversations` what was said, `sending` what is
 * being said, `forms` and `claims` what is told about oneself, `hours` whether anybody is there.
 */
import { backoff, createSession, OFFLINE, Refusal, type Session } from "@halloo/core";
import { type Data, readAttributes } from "./attributes.ts";
import { createClaims } from "./claims.ts";
import { createConversations } from "./conversations.ts";
import { createForms } from "./forms.ts";
import { watchHours } from "./hours.ts";
import { createIdentity } from "./identity.ts";
import { createSending } from "./sending.ts";
import { createShared, type EngineOptions, NEW } from "./state.ts";
import { createVisitor } from "./visitor.ts";

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

export type Engine = ReturnType<typeof createEngine>;

export function createEngine(options: EngineOptions) {
  const { keys, store, clock } = options;
  const shared = createShared(options);
  const { api, update, remember } = shared;
  const line = (): Session => session;
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
    forms.forget(new Refusal(OFFLINE));
  };

  /** What waits to be said. */
  const drop = (): void => {
    sending.outbox.clear();
    sending.forget();
    claims.forget();
  };

  /** What somebody typed who was proven to be who they are is not for the next; sounds and the like stay as they are wanted here. */
  const wipe = (): void => {
    const { sound, dismissed } = shared.state.memory;
    drop();
    for (const key of [keys.form, keys.outbox, keys.state]) store.set(key, null);
    remember({ ...(sound === undefined ? {} : { sound }), ...(dismissed === undefined ? {} : { dismissed }) });
    forms.forget(new Refusal(OFFLINE));
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
      tellClaims();
    },
  });
  const { asVisitor } = visitor;
  const forms = createForms(shared);
  const claims = createClaims(shared, asVisitor);
  const conversations = createConversations(shared, {
    session: line,
    settle: (id, messages) => sending.settle(id, messages),
  });
  const sending = createSending(shared, { session: line, visitor, forms, conversations, fail });
  const { outbox, typing } = sending;

  /** Claims that had to wait; nobody is there any more to whom a refusal could be given but the page. */
  const tellClaims = (): void => {
    claims.flush().catch((error: Refusal) => options.onError(error.code));
  };

  const identity = createIdentity(shared, {
    session: line,
    outbox: () => outbox,
    visitor,
    leave,
    drop,
    wipe,
    load: conversations.load,
    flush: tellClaims,
  });

  const session: Session = createSession({
    role: "visitor",
    widget: shared.record.id,
    tab: options.tab,
    clock,
    address: () => shared.record.hosts.relay,
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
      if (shared.state.threads[id] && !shared.find(id)) void conversations.refresh(id);
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
    sending.sayPage();
    if (!shared.visible) session.tell({ t: "presence", state: "away" });
    if (shared.state.me && (conversations.behind || shared.state.conversations === null)) void conversations.load();
    for (const [id, { failed }] of Object.entries(shared.state.threads)) if (failed) void conversations.refresh(id);
    outbox.flush();
    tellClaims();
  };

  return {
    get record() {
      return shared.record;
    },
    get state() {
      return shared.state;
    },
    subscribe: shared.subscribe,
    start(): void {
      update({ outbox: outbox.items });
      watchHours(shared);
      identity.start();
    },
    nudge: () => session.nudge(),
    remember,
    /** Somebody was here before: there may be conversations. */
    get isKnown() {
      return shared.token !== null;
    },
    /** Another number is another visitor: what a former one typed is not written down any more. */
    get era() {
      return shared.era;
    },
    setPage: sending.setPage,
    /** Whether somebody can see the frame: the tab is in front. */
    setVisible(next: boolean): void {
      shared.visible = next;
      session.tell({ t: "presence", state: next ? "online" : "away" });
      if (next) conversations.readLater();
    },
    view: conversations.view,
    get viewing() {
      return shared.onScreen();
    },
    reload: conversations.refresh,
    older: conversations.older,
    send: sending.send,
    begin: sending.begin,
    again: (clientId: string) => outbox.again(clientId),
    discard: (clientId: string) => outbox.settle(clientId),
    typing(id: string, text: string): void {
      if (id !== NEW) typing.input(id, text);
    },
    end: sending.end,
    /** Asks the public API, below the widget's own address. */
    ask: api,
    /** What is known anew of a conversation. */
    patch: shared.patch,
    asVisitor,
    reread: shared.reread,
    update,
    /** Called with the id of a conversation that was just begun. */
    onStarted: sending.onStarted,
    /** The form before a conversation: what is known, what is being typed, and that it was taken. */
    form: forms,
    /** Attributes that the page claims. Rejects with `field_unknown` or `field_invalid`. */
    async claim(attributes: Record<string, unknown>): Promise<void> {
      const { locale: _locale, theme: _theme, ...fields } = readAttributes(attributes);
      if (fields.data) sending.setMetadata(fields.data as Data);
      await claims.claim(fields);
    },
    /** The address at which an answer reaches the visitor. */
    leaveEmail: (email: string): Promise<void> => claims.patch({ email }),
    identify: identity.identify,
    reset: identity.reset,
    follow: identity.follow,
  };
}
