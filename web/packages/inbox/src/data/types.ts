/** The shapes of the API, and the few of our own that stand around them. */
import type { Thread } from "@halloo/core/thread.ts";
import type { ConversationRow, MessageView, Position } from "@halloo/wire";

export type * from "@halloo/wire";

export const STATES = ["open", "snoozed", "resolved"] as const;

/** What a list can be of: spam is in none of the others. */
export const FOLDERS = [...STATES, "spam"] as const;
export type Folder = (typeof FOLDERS)[number];

export const WHOSE = ["mine", "unassigned", "all"] as const;
export type Whose = (typeof WHOSE)[number];

export const ORDERS = ["waiting", "activity"] as const;
export type Order = (typeof ORDERS)[number];

/** Which conversations a list shows. */
export interface Filter {
  readonly state: Folder;
  readonly whose: Whose;
  readonly unread: boolean;
  readonly order: Order;
}

/** The rows of a list as far as they were loaded. */
export interface RowList {
  readonly rows: readonly ConversationRow[];
  readonly next: string | null;
  readonly position: Position;
}

/** The loaded part of a conversation. */
export interface Talk {
  readonly thread: Thread<MessageView>;
  readonly hasOlder: boolean;
  /** Set after a jump into the past: the end is not loaded. */
  readonly hasNewer: boolean;
  readonly position: Position;
}

export interface Page<T> {
  readonly data: T[];
  readonly next_cursor: string | null;
}
