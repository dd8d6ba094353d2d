/**
 * The visitor's messenger without a screen: who the visitor is, the conversations, what is under way, what is unread.
 *
 * The boot core makes one; the chat app draws its state and calls its verbs. Every change gives a new `state` object.
 */
import {
  type Api,
  addMessages,
  applyFact,
  backoff,
  type Clock,
  createApi,
  createOutbox,
  createSession,
  createTypingBoard,
  createTypingReporter,
  EMPTY_THREAD,
  type Fetch,
  OFFLINE,
  type Outgoing,
  Refusal,
  type Session,
  type SessionStatus,
  type Socket,
  type Store,
  type Thread,
} from "@halloo/core";
import type { Public } from "@halloo/wire";
import type { WidgetRecord } from "./record.ts";
import { type Keys, type Memory, newGuestId, readMemory } from "./storage.ts";

export type Conversation = Public.PublicConversation;
export type Message = Public.MessageData;
export type Face = Public.Face;

/** The thread that has no conversation yet. */
export const NEW = "new";
const PAGE = 50;
/** Beyond every message: the page before it is the newest. */
const END = 2_147_483_647;
const FOLLOWED = 20;
const READ_MS = 400;
const AGAIN_MS = 3000;

export interface ThreadState extends Thread<Message> {
  readonly loading: boolean;
  /** Older messages exist. */
  readonly more: boolean;
  /** Something went wrong while loading. */
  readonly failed: boolean;
}

export interface State {
  readonly status: SessionStatus["kind"];
  /** The line has been up at least once. */
  readonly settled: boolean;
  readonly conversations: readonly Conversation[] | null;
  readonly threads: Readonly<Record<string, ThreadState>>;
  readonly outbox: readonly Outgoing[];
  readonly typing: Readonly<Record<string, readonly Face[]>>;
  readonly team: Public.Team;
  readonly unread: number;
  readonly memory: Memory;
  /** Why the widget cannot run here, once it is known. */
  readonly failed: string | null;
}

export interface EngineOptions {
  readonly record: WidgetRecord;
  readonly keys: Keys;
  readonly store: Store;
  readonly parentOrigin: string | undefined;
  readonly locale: string;
  readonly tab: string;
  /** The browser asks not to be tracked: no typing preview. */
  readonly doNotTrack: boolean;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly open: (address: string) => Socket;
  readonly uuid: () => string;
  /**
   * An embed ticket for one `POST /visitor` (embedding contract 10), from the page by way of the loader; null where there is none.
   * To be asked only where `security.require_verified_embedding` is on: each call may cost the page a request.
   */
  readonly ticket: () => Promise<string | null>;
  /** The code of the link from a mail by which the page was opened, to be redeemed once with `POST /continue`; else null. */
  readonly continueCode: string | null;
  readonly onMessage: (message: Message, conversation: string) => void;
  readonly onSent: (conversation: string) => void;
  readonly onFailed: (code: string) => void;
}

const EMPTY: ThreadState = { ...EMPTY_THREAD, loading: false, more: false, failed: false };
const FATAL: ReadonlySet<string> = new Set(["widget_not_found", "origin_not_allowed", "visitor_blocked"]);
const ANSWERED: ReadonlySet<string> = new Set(["message:send", "message:received"]);

export type Engine = ReturnType<typeof createEngine>;

export function createEngine(options: EngineOptions) {
  const { record, keys, store, clock } = options;
  const { id: widget, config, hosts } = record;
  const listeners = new Set<() => void>();
  let token = store.get(keys.token);
  let relay: { token: string; expires_in: number } | null = null;
  let visitor: Public.VisitorMe | null = null;
  let page: Public.PagePost | null = null;
  let viewing: string | null = null;
  let visible = true;
  let cancelRead: (() => void) | null = null;
  /** Counts visitors: what was asked for a former one and arrives late is nobody's. */
  let era = 0;
  /** How often in a row the relay has shut us out. */
  let shut = 0;
  let metadata: Record<string, string | number | boolean> = {};
  let state: State = {
    status: "idle",
    settled: false,
    conversations: null,
    threads: {},
    outbox: [],
    typing: {},
    team: { faces: [], available: false },
    unread: 0,
    memory: readMemory<Memory>(store, keys.state),
    failed: null,
  };

  const update = (fields: Partial<State>): void => {
    state = { ...state, ...fields };
    for (const listener of listeners) listener();
  };

  const thread = (id: string): ThreadState => state.threads[id] ?? EMPTY;
  const setThread = (id: string, fields: Partial<ThreadState>): void =>
    update({ threads: { ...state.threads, [id]: { ...thread(id), ...fields } } });
  const find = (id: string): Conversation | undefined => state.conversations?.find((one) => one.id === id);
  const total = (list: readonly Conversation[]): number => list.reduce((sum, one) => sum + one.unread, 0);

  const setConversations = (list: readonly Conversation[]): void => {
    const sorted = [...list].sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1));
    update({ conversations: sorted, unread: total(sorted) });
  };
  const patch = (id: string, fields: Partial<Conversation>): void =>
    setConversations((state.conversations ?? []).map((one) => (one.id === id ? { ...one, ...fields } : one)));

  const remember = (fields: Memory): void => {
    // Another tab may have remembered something since.
    const memory = { ...readMemory<Memory>(store, keys.state), ...fields };
    store.set(keys.state, JSON.stringify(memory));
    update({ memory });
  };

  // -- who the visitor is

  const api: Api = createApi({
    fetch: options.fetch,
    base: `/core/public/web-widgets/${widget}`,
    headers: () => (token ? { "x-halloo-visitor": token } : {}),
  });

  const setToken = (text: string | null): void => {
    token = text;
    store.set(keys.token, text);
  };

  const guest = (): string => {
    const known = store.get(keys.user);
    if (known && /^guest_[A-Za-z0-9_-]{22,64}$/.test(known)) return known;
    const fresh = newGuestId();
    store.set(keys.user, fresh);
    return fresh;
  };

  const adopt = (hello: Pick<Public.VisitorHello, "visitor" | "relay">): void => {
    visitor = hello.visitor;
    relay = hello.relay;
    if (hello.visitor.visitor_token) setToken(hello.visitor.visitor_token);
    if (!hello.visitor.identified) store.set(keys.user, hello.visitor.user_id);
  };

  /** First contact, or the same visitor again. A dead token starts anew, silently. */
  const hello = async (): Promise<Public.VisitorHello> => {
    const mine = era;
    const ask = (): Promise<Public.VisitorHello> =>
      api("POST", "/visitor", {
        // A token alone says who they are; an identified visitor's id is not the one that this browser made.
        ...(token ? {} : { user_id: guest() }),
        parent_origin: options.parentOrigin ?? null,
        locale: options.locale,
        embed_ticket: null,
      });
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "visitor_token_invalid" || mine !== era) throw error;
      setToken(null);
      store.set(keys.user, null);
      return ask();
    }
  };

  let greeting: Promise<Public.VisitorHello> | null = null;
  /** `meet`, once at a time: two first contacts would be two visitors. */
  const contact = (): Promise<Public.VisitorHello> => {
    const mine = greeting ?? meet();
    greeting = mine;
    const done = (): void => {
      if (greeting === mine) greeting = null;
    };
    mine.then(done, done);
    return mine;
  };

  const meet = async (): Promise<Public.VisitorHello> => {
    const mine = era;
    try {
      const answer = await hello();
      if (mine !== era) throw new Refusal(OFFLINE);
      const stranger = visitor?.id !== answer.visitor.id;
      if (visitor && stranger) leaveConversations();
      adopt(answer);
      update({ team: answer.team, ...(stranger ? { unread: answer.unread } : {}) });
      if (stranger) {
        // Conversations are followed from where their list stands: what is said meanwhile is not skipped.
        session.follow(`v:${answer.visitor.id}`);
        // A visitor who comes for the first time has nothing to load.
        if (answer.visitor.visitor_token) setConversations(state.conversations ?? []);
        else void loadConversations();
      }
      return answer;
    } catch (error) {
      if (error instanceof Refusal && FATAL.has(error.code)) fail(error.code);
      throw error;
    }
  };

  /** What belongs to one visitor is not for the next. */
  const leaveConversations = (): void => {
    era += 1;
    loading = greeting = null;
    session.forget();
    viewing = null;
    update({ conversations: null, threads: {}, typing: {}, unread: 0 });
  };

  const fail = (code: string): void => {
    update({ failed: code });
    options.onFailed(code);
  };

  // -- the line

  const session: Session = createSession({
    role: "visitor",
    widget,
    tab: options.tab,
    clock,
    address: () => hosts.relay,
    open: options.open,
    // Who looks at the open chat does not wait half a minute for a server that is back.
    patience: () => (onScreen() === null ? 30_000 : 4_000),
    token: async () => {
      const ready = relay;
      relay = null;
      const fresh = ready ?? (await contact()).relay;
      relay = null;
      return fresh;
    },
    onStatus: (status) => {
      update({ status: status.kind, settled: state.settled || status.kind === "live" });
      if (status.kind === "live") live();
      if (status.kind === "stopped" && (status.code === 4403 || status.code === 4404)) comeBack();
    },
    onEvent: (name, data, stream) => {
      if (stream.startsWith("c:")) fact(stream.slice(2), name, data);
      else visitorFact(name, data);
    },
    onHint: (name, data) => hint(name, data),
    onLost: (stream) => {
      if (stream.startsWith("v:")) {
        session.unfollow(stream);
        session.follow(stream);
      }
      const id = stream.slice(2);
      // Older than the list is long: nobody else would load it.
      if (state.threads[id] && !find(id)) void refresh(id);
      void loadConversations();
    },
  });

  /**
   * Shut out: the answer to a fresh hello says why, or that all is well again. It may have been a stream that is not ours any
   * more, such as of a conversation that was deleted: they are all asked for anew.
   */
  const comeBack = (): void => {
    const mine = era;
    relay = null;
    session.forget();
    clock.after(backoff(shut, clock.random()), () => {
      if (mine !== era) return;
      contact().then(
        ({ visitor: { id } }) => {
          session.follow(`v:${id}`);
          session.start();
          void loadConversations();
        },
        (error) => mine === era && error instanceof Refusal && error.passing && comeBack(),
      );
    });
    shut += 1;
  };

  const live = (): void => {
    shut = 0;
    if (page) session.tell({ t: "page", ...page });
    if (!visible) session.tell({ t: "presence", state: "away" });
    if (visitor && (behind || state.conversations === null)) void loadConversations();
    for (const [id, { failed }] of Object.entries(state.threads)) if (failed) void refresh(id);
    outbox.flush();
  };

  // -- conversations

  let loading: Promise<void> | null = null;
  /** The list was asked for and has not come. */
  let behind = false;
  /** Something happened that the list on its way may not know. */
  let stale = false;
  /** Loads the list, follows the newest, and refreshes threads that are on the screen. */
  const loadConversations = (): Promise<void> => {
    if (loading) return loading;
    const mine = era;
    behind = true;
    const done = api<Public.PublicConversationPage>("GET", `/conversations?limit=${FOLLOWED}`)
      .then(
        ({ data }) => mine === era && listed(data),
        (error) => {
          if (mine === era && error instanceof Refusal && error.passing && session.status.kind === "live") {
            clock.after(AGAIN_MS, () => behind && void loadConversations());
          }
        },
      )
      .then(() => {
        if (loading !== done) return;
        loading = null;
        if (stale) void loadConversations();
        stale = false;
      });
    loading = done;
    return done;
  };

  const listed = (data: readonly Conversation[]): void => {
    behind = false;
    setConversations(
      data.map((one) => {
        const known = find(one.id);
        // Facts were faster than this list.
        return known && known.last_seq > one.last_seq ? known : one;
      }),
    );
    for (const one of data) {
      // The list knows how far everybody has read as of its own position; a page of messages would begin after it.
      session.follow(one.position.stream, one.position);
      if (state.threads[one.id]) void refresh(one.id);
    }
  };

  /** A fact speaks of a conversation that the list does not hold. */
  const listAgain = (): void => {
    stale = loading !== null;
    void loadConversations();
  };

  /** The newest page of a thread; what was loaded before stays where it joins on, and what came by facts meanwhile stays. */
  const refresh = async (id: string): Promise<void> => {
    const mine = era;
    setThread(id, { loading: true, failed: false });
    try {
      const path = `/conversations/${id}/messages?before=${END}&limit=${PAGE}`;
      const found = await api<Public.PublicMessagePage>("GET", path);
      if (mine !== era) return;
      const known = thread(id);
      const joins = found.data[0]?.seq === 1 || known.messages.some(({ seq }) => seq === found.data[0]?.seq);
      const newer = known.messages.filter(({ seq = 0 }) => seq > found.last_seq);
      const base: Thread<Message> = joins ? known : { ...known, messages: newer };
      setThread(id, {
        ...addMessages(base, found.data),
        loading: false,
        more: joins && known.messages.length > 0 ? known.more : found.has_more,
      });
      caughtUp(id, found);
      session.follow(found.position.stream, found.position);
      settle(id, found.data);
      readLater();
    } catch {
      if (mine === era) setThread(id, { loading: false, failed: true });
    }
  };

  /** What a page of messages says that no fact has said yet; facts that say it again count nothing twice. */
  const caughtUp = (id: string, { data, last_seq }: Public.PublicMessagePage): void => {
    const known = find(id);
    if (!known || last_seq <= known.last_seq) return;
    const missed = data.filter(({ from, seq = 0 }) => from === "operator" && seq > known.last_seq).length;
    patch(id, { last_seq, unread: known.unread + missed });
  };

  /** These were stored, maybe by another tab that has the same outbox: then it has begun the conversation for this one, too. */
  const settle = (id: string, messages: readonly Message[]): void => {
    for (const { client_id, from } of messages) {
      if (!client_id || from !== "user") continue;
      const begun = outbox.items.some((item) => item.client_id === client_id && item.thread === NEW);
      if (begun) outbox.adopt(NEW, id);
      outbox.settle(client_id);
      if (begun && viewing === NEW) {
        viewing = id;
        started?.(id);
      }
    }
  };

  const fact = (id: string, name: string, data: Record<string, unknown>): void => {
    const next = applyFact<Message>(thread(id), name, data);
    if (state.threads[id]) setThread(id, next);
    if (name === "session:set_state") patch(id, { state: data["state"] as Conversation["state"] });
    if (name === "session:removed") removed(id);
    if (name === "message:acknowledge:read:send") markSeen(id, data["fingerprints"] as number[]);
    if (name === "message:acknowledge:read:received") markRead(id, data["fingerprints"] as number[]);
    if (ANSWERED.has(name)) arrived(id, data as unknown as Message);
  };

  const removed = (id: string): void => {
    session.unfollow(`c:${id}`);
    setConversations((state.conversations ?? []).filter((one) => one.id !== id));
  };

  /** The newest of these messages, by number; 0 where none is known. */
  const newestOf = (id: string, fingerprints: readonly number[]): number => {
    const wanted = new Set(fingerprints);
    return Math.max(0, ...thread(id).messages.map(({ fingerprint, seq = 0 }) => (wanted.has(fingerprint) ? seq : 0)));
  };

  /** The operators read up to the newest of these. */
  const markSeen = (id: string, fingerprints: readonly number[]): void => {
    const known = find(id);
    if (!known) return;
    // Before the messages are loaded nobody knows their numbers; who reads, reads to the end.
    const newest = newestOf(id, fingerprints) || (thread(id).messages.length === 0 ? known.last_seq : 0);
    if (newest > known.operator_read_seq) patch(id, { operator_read_seq: newest });
  };

  /** The visitor read them, here or in another tab. */
  const markRead = (id: string, fingerprints: readonly number[]): void => {
    const known = find(id);
    if (!known || known.unread === 0) return;
    const newest = newestOf(id, fingerprints) || known.last_seq;
    const left = thread(id).messages.filter(({ from, seq = 0 }) => from === "operator" && seq > newest).length;
    patch(id, { unread: left, read_seq: Math.max(known.read_seq, newest) });
  };

  const arrived = (id: string, message: Message): void => {
    const known = find(id);
    const theirs = message.from === "operator";
    if (theirs) board.clear(id, message.user.user_id);
    else settle(id, [message]);
    if (!known) {
      listAgain();
      return;
    }
    const seq = message.seq ?? known.last_seq;
    patch(id, {
      last_seq: Math.max(known.last_seq, seq),
      updated_at: new Date(message.timestamp).toISOString(),
      unread: known.unread + (theirs && seq > known.last_seq ? 1 : 0),
      // An answer means that the question was read.
      operator_read_seq: theirs ? Math.max(known.operator_read_seq, seq) : known.operator_read_seq,
      last_message: {
        seq,
        excerpt: typeof message.content === "string" ? message.content.slice(0, 200) : "",
        timestamp: message.timestamp,
        author: message.user.nickname,
      },
    });
    if (theirs) options.onMessage(message, id);
    readLater();
  };

  const visitorFact = (name: string, data: Record<string, unknown>): void => {
    const id = String(data["session_id"] ?? "").replace(/^session_/, "");
    if (name === "session:request:initiated" && !find(id)) listAgain();
  };

  const board = createTypingBoard<Face>(clock, (id) => update({ typing: { ...state.typing, [id]: board.list(id) } }));

  const hint = (name: string, data: Record<string, unknown>): void => {
    if (name === "typing" && data["from"] === "operator") {
      const { user_id, nickname, avatar } = data["user"] as {
        user_id: string;
        nickname: string;
        avatar: string | null;
      };
      const id = String(data["conversation_id"]);
      if (data["state"] === "stop") board.clear(id, user_id);
      else board.set(id, user_id, { id: user_id, name: nickname, avatar, online: true });
    }
    if (name === "presence" && Array.isArray(data["operators"])) {
      const operators = data["operators"] as {
        id: string;
        name: string;
        avatar: string | null;
        availability: string;
      }[];
      const here = operators.map(({ id, name, avatar, availability }) => ({
        id,
        name,
        avatar,
        online: availability === "online",
      }));
      // Who is away keeps their face; those who are here come first.
      const away = state.team.faces
        .filter(({ id }) => !here.some((one) => one.id === id))
        .map((one) => ({ ...one, online: false }));
      const faces = [...here, ...away].sort((a, b) => Number(b.online) - Number(a.online)).slice(0, 3);
      update({ team: { faces, available: data["available"] === true } });
    }
  };

  // -- reading

  const onScreen = (): string | null => (visible ? viewing : null);

  const readLater = (): void => {
    cancelRead?.();
    cancelRead = clock.after(READ_MS, () => {
      const id = onScreen();
      const known = id === null ? undefined : find(id);
      if (!id || !known || known.read_seq >= known.last_seq) return;
      const seq = known.last_seq;
      patch(id, { unread: 0, read_seq: seq });
      if (!session.tell({ t: "read", conversation: id, seq })) {
        api("POST", `/conversations/${id}/read`, { seq }).catch(() => undefined);
      }
    });
  };

  // -- sending

  const typing = createTypingReporter(
    clock,
    (frame) => session.tell(frame),
    config.v1.typing_preview && !options.doNotTrack,
  );

  /** Starts a conversation, with its first message where there is one. A repeated start is the same conversation. */
  const startWith = async (clientId: string, message: Outgoing["message"] | null): Promise<string> => {
    const mine = era;
    if (!visitor) await contact();
    const answer = await api<Public.ConversationStarted>("POST", "/conversations", {
      ...(token ? {} : { user_id: guest() }),
      client_id: clientId,
      ...(page ? { page } : {}),
      ...(Object.keys(metadata).length > 0 ? { custom_metadata: metadata } : {}),
      ...(message ? { message: { client_id: clientId, ...message } } : {}),
    });
    if (mine !== era) throw new Refusal(OFFLINE);
    if (answer.visitor.visitor_token) setToken(answer.visitor.visitor_token);
    const { conversation } = answer;
    setConversations([conversation, ...(state.conversations ?? []).filter((one) => one.id !== conversation.id)]);
    const begun = thread(NEW);
    update({ threads: { ...state.threads, [NEW]: EMPTY, [conversation.id]: { ...begun, loading: true } } });
    outbox.adopt(NEW, conversation.id);
    if (viewing === NEW) viewing = conversation.id;
    // From where the conversation stood: who answers or reads at once is not overlooked.
    session.follow(conversation.position.stream, conversation.position);
    started?.(conversation.id);
    await refresh(conversation.id);
    return conversation.id;
  };

  let beginning: Promise<string> | null = null;
  /** Starts a conversation without a message, once; messages that are written meanwhile wait for it. */
  const begin = (): void => {
    beginning ??= startWith(options.uuid(), null).finally(() => {
      beginning = null;
    });
    beginning.then(outbox.flush, () => undefined);
  };

  const start = async ({ client_id, message }: Outgoing): Promise<void> => {
    if (beginning) {
      await beginning.catch(() => undefined);
      // The message belongs to that conversation now, if it was begun.
      throw new Refusal(OFFLINE);
    }
    options.onSent(await startWith(client_id, message));
  };

  const deliver = async (item: Outgoing): Promise<void> => {
    if (item.thread === NEW) return start(item);
    const frame = { t: "send", conversation: item.thread, client_id: item.client_id, message: item.message };
    const ack = await session.ask(frame);
    const message = ack["message"] as Message | undefined;
    if (message) fact(item.thread, "message:send", message as unknown as Record<string, unknown>);
    options.onSent(item.thread);
  };

  const outbox = createOutbox({
    store,
    key: keys.outbox,
    clock,
    uuid: options.uuid,
    deliver: (item) => (state.failed === null ? deliver(item) : Promise.reject(new Refusal(OFFLINE))),
    onChange: (items) => update({ outbox: items }),
  });
  let started: ((conversation: string) => void) | null = null;

  /** Forgets who the visitor was, here and (once told) at the server. */
  const forget = (): void => {
    session.stop();
    outbox.clear();
    leaveConversations();
    for (const key of Object.values(keys)) store.set(key, null);
    token = null;
    relay = null;
    visitor = null;
    metadata = {};
    update({ memory: {}, settled: false });
  };

  return {
    record,
    get state() {
      return state;
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      update({ outbox: outbox.items });
      session.start();
    },
    nudge: () => session.nudge(),
    remember,
    /** Somebody was here before: there may be conversations. */
    get isKnown() {
      return token !== null;
    },
    /** The page the visitor is on, as the loader says it. */
    setPage(next: Public.PagePost) {
      page = next;
      session.tell({ t: "page", ...next });
    },
    /** Whether somebody can see the frame: the tab is in front. */
    setVisible(next: boolean) {
      visible = next;
      session.tell({ t: "presence", state: next ? "online" : "away" });
      if (next) readLater();
    },
    /** The thread on the screen, `NEW`, or null for none. */
    view(id: string | null) {
      viewing = id;
      if (id !== null && id !== NEW && !state.threads[id]) void refresh(id);
      readLater();
    },
    get viewing() {
      return onScreen();
    },
    reload: refresh,
    async older(id: string) {
      const first = thread(id).messages.find(({ seq }) => seq !== undefined)?.seq;
      if (first === undefined || thread(id).loading || !thread(id).more) return;
      const mine = era;
      setThread(id, { loading: true });
      try {
        const path = `/conversations/${id}/messages?before=${first}&limit=${PAGE}`;
        const found = await api<Public.PublicMessagePage>("GET", path);
        if (mine !== era) return;
        setThread(id, { ...addMessages(thread(id), found.data), loading: false, more: found.has_more });
      } catch {
        if (mine === era) setThread(id, { loading: false });
      }
    },
    /** Sends a text; false where the outbox is full. */
    send(id: string, content: string): boolean {
      typing.stop();
      // Who writes wants the line now, not when its next try is due.
      if (session.status.kind === "waiting") session.nudge();
      return outbox.add(id, { type: "text", content }) !== null;
    },
    begin,
    again: (clientId: string) => outbox.again(clientId),
    discard: (clientId: string) => outbox.settle(clientId),
    typing: (id: string, text: string) => (id === NEW ? undefined : typing.input(id, text)),
    async end(id: string) {
      const { conversation } = await api<Public.ConversationEnded>("POST", `/conversations/${id}/end`, {});
      patch(id, conversation);
    },
    /** Called with the id of a conversation that was just begun. */
    onStarted(listen: ((conversation: string) => void) | null) {
      started = listen;
    },
    /** Attributes that the page claims; they join the next conversation's metadata. */
    setMetadata(data: Record<string, string | number | boolean>) {
      metadata = { ...metadata, ...data };
    },
    async identify(jwt: string) {
      const answer = await api<Pick<Public.VisitorHello, "visitor" | "relay">>("POST", "/identify", { token: jwt });
      session.stop();
      if (answer.visitor.id !== visitor?.id) leaveConversations();
      adopt(answer);
      session.follow(`v:${answer.visitor.id}`);
      session.start();
      await loadConversations();
    },
    async reset() {
      if (token) await api("DELETE", "/visitor").catch(() => undefined);
      forget();
      session.start();
    },
    /** Another tab has reset: forget here as well. */
    forgotten() {
      forget();
      session.start();
    },
  };
}
