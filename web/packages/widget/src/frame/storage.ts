/** What the frame keeps in its own storage (`contracts/embedding.md` 7); where storage throws, memory serves. */
import type { Store } from "@halloo/core";

/** Opened and closed, put away, muted; drafts by thread. */
export interface Memory {
  open?: boolean;
  dismissed?: boolean;
  sound?: boolean;
  drafts?: Record<string, string>;
  /** The conversation that was on the screen, and when. */
  seen?: { conversation: string; at: number };
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

/** localStorage that never throws. */
export function safeStore(): Store {
  const memory = new Map<string, string>();
  return {
    get(key) {
      try {
        return localStorage.getItem(key) ?? memory.get(key) ?? null;
      } catch {
        return memory.get(key) ?? null;
      }
    },
    set(key, value) {
      if (value === null) memory.delete(key);
      else memory.set(key, value);
      try {
        if (value === null) localStorage.removeItem(key);
        else localStorage.setItem(key, value);
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
  return `guest_${text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "")}`;
}

export function readMemory(store: Store, keys: Keys): Memory {
  try {
    const value: unknown = JSON.parse(store.get(keys.state) ?? "{}");
    return typeof value === "object" && value !== null ? (value as Memory) : {};
  } catch {
    return {};
  }
}
