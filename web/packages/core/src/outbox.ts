/**
 * Messages on their way: kept until the server said that it stored them, sent again as often as needed with the same `client_id`,
 * in the order in which they were written. What is stored survives a reload; at most 50 messages, at most 24 hours.
 */
import type { Clock, Store } from "./ports.ts";
import { Refusal } from "./refusal.ts";

export interface Outgoing {
  readonly client_id: string;
  /** The conversation's id, or a name of our own for one that does not exist yet. */
  readonly thread: string;
  readonly message: {
    readonly type: string;
    readonly content: unknown;
    /** What the thread says of a file until it is stored; nothing for the server. */
    readonly shown?: Readonly<Record<string, unknown>>;
  };
  /** When it was written, milliseconds since 1970. */
  readonly at: number;
  readonly state: "sending" | "failed";
  /** Why it failed. */
  readonly error: string | null;
}

export interface OutboxOptions {
  readonly store: Store;
  readonly key: string;
  readonly clock: Clock;
  readonly uuid: () => string;
  /** Hands one message to the server. Resolves once it is stored; a passing `Refusal` is tried again. */
  readonly deliver: (item: Outgoing) => Promise<void>;
  readonly onChange: (items: readonly Outgoing[]) => void;
}

export interface Outbox {
  readonly items: readonly Outgoing[];
  /** Adds a message and begins to send. `null` where the outbox is full. */
  add(thread: string, message: Outgoing["message"]): Outgoing | null;
  /** Tries what waits: the line is there. */
  flush(): void;
  /** Tries a failed message again, with the same `client_id`. */
  again(clientId: string): void;
  /** Forgets a message: the visitor dropped it, or it arrived by another way. */
  settle(clientId: string): void;
  /** The thread got its real id. */
  adopt(thread: string, conversation: string): void;
  /** Forgets everything. */
  clear(): void;
}

export const OUTBOX_LIMIT = 50;
export const OUTBOX_LIFE_MS = 24 * 60 * 60 * 1000;
const RETRY_MS = 3000;

const isItem = (value: unknown): value is Outgoing => {
  const item = value as Partial<Outgoing> | null;
  return (
    typeof item === "object" &&
    item !== null &&
    typeof item.client_id === "string" &&
    typeof item.thread === "string" &&
    typeof item.at === "number" &&
    typeof item.message === "object"
  );
};

const read = (text: string | null): Outgoing[] => {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value.filter(isItem) : [];
  } catch {
    return [];
  }
};

export function createOutbox(options: OutboxOptions): Outbox {
  const { store, key, clock } = options;
  const young = (item: Outgoing): boolean => clock.now() - item.at < OUTBOX_LIFE_MS;
  const settled = new Set<string>();
  /** Threads of which a message is under way: one at a time keeps the order. */
  const busy = new Set<string>();
  let cancelRetry: (() => void) | null = null;
  let items: Outgoing[] = read(store.get(key)).filter(young);

  const save = (next: Outgoing[]): void => {
    items = next;
    const ours = new Set(items.map((item) => item.client_id));
    // Another tab keeps its messages under the same key.
    const theirs = read(store.get(key)).filter(
      (item) => !ours.has(item.client_id) && !settled.has(item.client_id) && young(item),
    );
    const all = [...theirs, ...items];
    store.set(key, all.length > 0 ? JSON.stringify(all) : null);
    options.onChange(items);
  };

  const change = (clientId: string, fields: Partial<Outgoing>): void =>
    save(items.map((item) => (item.client_id === clientId ? { ...item, ...fields } : item)));

  const settle = (clientId: string): void => {
    if (settled.has(clientId)) return;
    settled.add(clientId);
    save(items.filter((item) => item.client_id !== clientId));
  };

  const failed = (item: Outgoing, error: unknown): void => {
    if (error instanceof Refusal && error.passing) {
      later(error.retryAfterMs ?? RETRY_MS);
      return;
    }
    change(item.client_id, { state: "failed", error: error instanceof Refusal ? error.code : "unknown" });
    flush();
  };

  const later = (ms: number): void => {
    cancelRetry?.();
    cancelRetry = clock.after(ms, flush);
  };

  const deliver = (item: Outgoing): void => {
    const { thread } = item;
    busy.add(thread);
    options.deliver(item).then(
      () => {
        busy.delete(thread);
        settle(item.client_id);
        flush();
      },
      (error: unknown) => {
        busy.delete(thread);
        if (items.some((other) => other.client_id === item.client_id)) failed(item, error);
      },
    );
  };

  function flush(): void {
    const seen = new Set<string>();
    for (const item of items) {
      if (item.state !== "sending" || seen.has(item.thread) || busy.has(item.thread)) continue;
      seen.add(item.thread);
      deliver(item);
    }
  }

  return {
    get items() {
      return items;
    },
    add(thread, message) {
      if (items.length >= OUTBOX_LIMIT) return null;
      const item: Outgoing = {
        client_id: options.uuid(),
        thread,
        message,
        at: clock.now(),
        state: "sending",
        error: null,
      };
      save([...items, item]);
      flush();
      return item;
    },
    flush,
    again(clientId) {
      change(clientId, { state: "sending", error: null });
      flush();
    },
    settle,
    adopt(thread, conversation) {
      if (items.some((item) => item.thread === thread)) {
        save(items.map((item) => (item.thread === thread ? { ...item, thread: conversation } : item)));
      }
    },
    clear() {
      cancelRetry?.();
      for (const item of items) settled.add(item.client_id);
      save([]);
    },
  };
}
