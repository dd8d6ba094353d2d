/** What the parts of the engine share: the state that the screen draws, and who asks the server. */
import {
  type Api,
  type Channel,
  type Clock,
  createApi,
  EMPTY_THREAD,
  type Fetch,
  type Locks,
  type Outgoing,
  type Route,
  type RouteMemory,
  type SessionStatus,
  type Socket,
  type Store,
  type Thread,
} from "@halloo/core";
import type { Public } from "@halloo/wire";
import type { Loaders } from "./parts.ts";
import type { Availability, WidgetRecord } from "./record.ts";
import { type Keys, type Memory, readMemory } from "./storage.ts";

export type Conversation = Public.PublicConversation;
export type Message = Public.MessageData;
export type Face = Public.Face;
/** What a visitor filled into a form, by field id. */
export type Fields = Readonly<Record<string, unknown>>;

/** The thread that has no conversation yet. */
export const NEW = "new";

export interface ThreadState extends Thread<Message> {
  readonly loading: boolean;
  /** Older messages exist. */
  readonly more: boolean;
  /** Something went wrong while loading. */
  readonly failed: boolean;
}

export interface FormState {
  /** A new conversation waits until the form was filled in. */
  readonly wanted: boolean;
  /** What the server refused, as codes by field id. */
  readonly errors: Readonly<Record<string, string>>;
}

export interface State {
  readonly status: SessionStatus["kind"];
  /** The line has been up at least once. */
  readonly settled: boolean;
  /** Who the visitor is, as the server knows them; null before first contact. */
  readonly me: Public.VisitorMe | null;
  /** The visitor has to sign in on the page before they can write. */
  readonly signIn: boolean;
  /** The server can send mail. */
  readonly mail: boolean;
  readonly availability: Availability;
  readonly conversations: readonly Conversation[] | null;
  readonly threads: Readonly<Record<string, ThreadState>>;
  readonly outbox: readonly Outgoing[];
  readonly typing: Readonly<Record<string, readonly Face[]>>;
  readonly team: Public.Team;
  readonly unread: number;
  readonly form: FormState;
  /** The server asked to wait until then before more is sent; milliseconds since 1970. */
  readonly slowUntil: number | null;
  /** What became of the link that brought the visitor here. */
  readonly continued: "working" | "done" | "invalid" | null;
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
  /** The browser asks not to be tracked: no typing preview, no pages. */
  readonly doNotTrack: boolean;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly open: (route: Route) => Socket | Promise<Socket>;
  readonly locks: Locks | undefined;
  /** Joins the tabs of this browser; null where they cannot hear each other. */
  readonly channel: (name: string) => Channel | null;
  /** Which way to the relay worked on this tab's last page. */
  readonly memory: RouteMemory;
  readonly parts: Loaders;
  readonly uuid: () => string;
  /** Proof of the page, fetched there anew each time; null where none can be had (embedding contract 10). */
  readonly ticket?: () => Promise<string | null>;
  /** The code of a link that was sent by mail. */
  readonly continueCode?: string | null;
  /** Does the work while no other tab does any: two first contacts would be two visitors. */
  readonly alone?: <Done>(work: () => Promise<Done>) => Promise<Done>;
  readonly onMessage: (message: Message, conversation: string) => void;
  readonly onSent: (conversation: string) => void;
  /** The visitor is to see the chat: a link was followed. */
  readonly onWanted: () => void;
  /** Something that the page may want to act on. */
  readonly onError: (code: string) => void;
  /** The widget cannot run here. */
  readonly onFailed: (code: string) => void;
}

export const EMPTY: ThreadState = { ...EMPTY_THREAD, loading: false, more: false, failed: false };

export type Shared = ReturnType<typeof createShared>;

export function createShared(options: EngineOptions) {
  const { keys, store } = options;
  const listeners = new Set<() => void>();
  const memory = readMemory<Memory>(store, keys.state);
  const { identity } = options.record.config.v1.security;
  let state: State = {
    status: "idle",
    settled: false,
    me: null,
    signIn: identity === "required" && !memory.proven,
    mail: false,
    availability: options.record.availability,
    conversations: null,
    threads: {},
    outbox: [],
    typing: {},
    team: { faces: [], available: false, reply_ms: null },
    unread: 0,
    form: { wanted: false, errors: {} },
    slowUntil: null,
    continued: options.continueCode ? "working" : null,
    memory,
    failed: null,
  };

  const shared = {
    options,
    record: options.record,
    token: store.get(keys.token),
    /** The page the visitor is on, as the loader says it. */
    page: null as Public.PagePost | null,
    /** Attributes that the page claims; they join the next conversation's metadata. */
    metadata: {} as Readonly<Record<string, string | number | boolean>>,
    /** Counts visitors: what was asked for a former one and arrives late is nobody's. */
    era: 0,
    /** The thread on the screen, `NEW`, or null for none; and whether somebody can see it. */
    viewing: null as string | null,
    visible: true,
    get state() {
      return state;
    },
    api: createApi({
      fetch: options.fetch,
      base: `/core/public/web-widgets/${options.record.id}`,
      headers: (): Record<string, string> => (shared.token ? { "x-halloo-visitor": shared.token } : {}),
    }) as Api,
    update(fields: Partial<State>): void {
      state = { ...state, ...fields };
      for (const listener of listeners) listener();
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    remember(fields: Memory): void {
      // Another tab may have remembered something since.
      const memory = { ...readMemory<Memory>(store, keys.state), ...fields };
      store.set(keys.state, JSON.stringify(memory));
      shared.update({ memory });
    },
    onScreen: (): string | null => (shared.visible ? shared.viewing : null),
    thread: (id: string): ThreadState => state.threads[id] ?? EMPTY,
    setThread(id: string, fields: Partial<ThreadState>): void {
      shared.update({ threads: { ...state.threads, [id]: { ...shared.thread(id), ...fields } } });
    },
    find: (id: string): Conversation | undefined => state.conversations?.find((one) => one.id === id),
    setConversations(list: readonly Conversation[]): void {
      const conversations = [...list].sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1));
      shared.update({ conversations, unread: conversations.reduce((sum, one) => sum + one.unread, 0) });
    },
    patch(id: string, fields: Partial<Conversation>): void {
      shared.setConversations((state.conversations ?? []).map((one) => (one.id === id ? { ...one, ...fields } : one)));
    },
    /** Reads the widget's record anew: its hours turned, or its forms are others. */
    async reread(): Promise<void> {
      shared.record = await shared.api<WidgetRecord>("GET", "");
      shared.update({ availability: shared.record.availability });
    },
  };
  return shared;
}
