/** What the frame keeps in its own storage (embedding contract 7); where storage throws, memory serves. */
import type { Store } from "@halloo/core";

/** What the browser remembers: greeting put away, sounds; drafts by thread; and what is only asked once. */
export interface Memory {
  dismissed?: boolean;
  sound?: boolean;
  drafts?: Record<string, string>;
  /** Cards that were put away: feedback by conversation, the question for an address. */
  away?: readonly string[];
  /** Marks of the claimed attributes that the server has, by name. */
  claims?: Record<string, number>;
  /** The visitor was proven to be somebody: what they typed is not for the next. */
  proven?: boolean;
  /** A link brought the visitor here, in a browser that was somebody else's: the masked address that it was sent to. */
  brought?: string | undefined;
}

/** What a tab remembers from page to page: whether the chat is open, and what is on its screen. */
export interface TabMemory {
  open?: boolean;
  view?: string | null;
  /** The way to the relay that worked where the first did not, and until when that is worth remembering. */
  route?: { readonly address: string; readonly until: number } | undefined;
}

export interface Keys {
  readonly user: string;
  readonly token: string;
  readonly form: string;
  readonly state: string;
  readonly outbox: string;
}

/** The five keys of this widget on this site. */
export function storageKeys(widget: string, parentOrigin: string | undefined): Keys {
  const key = (name: string): string => `halloo-widget-${name}-${widget}-${parentOrigin ?? "unknown"}`;
  return { user: key("user"), token: key("token"), form: key("form"), state: key("state"), outbox: key("outbox") };
}

/** localStorage or sessionStorage that never throws: asked for anew each time, since reaching for it may throw as well. */
export function safeStore(storage: () => Storage): Store {
  const memory = new Map<string, string>();
  return {
    get(key) {
      try {
        return storage().getItem(key) ?? memory.get(key) ?? null;
      } catch {
        return memory.get(key) ?? null;
      }
    },
    set(key, value) {
      if (value === null) memory.delete(key);
      else memory.set(key, value);
      try {
        if (value === null) storage().removeItem(key);
        else storage().setItem(key, value);
        memory.delete(key);
      } catch {
        // Storage is full or forbidden; memory has it.
      }
    },
  };
}

/** A guest id: `guest_` and 128 random bits as base64url. */
export function newGuestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const text = btoa(String.fromCharCode(...bytes));
  return `guest_${text.replace(/\+/g, "-").replace(/\//g, "_").slice(0, 22)}`;
}

/** The remembered values under a key; nothing where they are damaged. */
export function readMemory<Remembered extends object>(store: Store, key: string): Remembered {
  try {
    const value: unknown = JSON.parse(store.get(key) ?? "{}");
    return (typeof value === "object" && value !== null ? value : {}) as Remembered;
  } catch {
    return {} as Remembered;
  }
}
