/**
 * What the boot core hands to the parts that come later: `writing` with the chat, or where words of a former page wait to be sent;
 * `person` when the page says who its visitor is.
 */
import { Refusal, type Session } from "@halloo/core";
import type { Conversations } from "./conversations.ts";
import type { Person } from "./person.ts";
import type { Shared } from "./state.ts";
import type { Visitor } from "./visitor.ts";
import type { Writing } from "./writing.ts";

export interface Parts {
  readonly shared: Shared;
  readonly session: () => Session;
  readonly visitor: Visitor;
  readonly conversations: Conversations;
  readonly fail: (code: string) => void;
  /** What belongs to one visitor is not for the next. */
  readonly leave: () => void;
  /** What somebody typed who was proven to be who they are is not for the next. */
  readonly wipe: () => void;
  writing: Writing | null;
  /** Words of a former page are being fetched. */
  waiting: Promise<unknown> | null;
  person: Person | null;
  /** Counts farewells: what was under way then is not honoured any more. */
  farewells: number;
}

/** How the parts are fetched. */
export interface Loaders {
  readonly writing: () => Promise<typeof import("./writing.ts")>;
  readonly person: () => Promise<typeof import("./person.ts")>;
  /** Fetched by those parts; tests bring their own. */
  readonly uploading?: () => Promise<Pick<typeof import("./uploading.ts"), "createUploading">>;
  readonly bot?: () => Promise<Pick<typeof import("../bot/client.ts"), "solve">>;
}

/** A part that could not be fetched is a line that is down. */
export const cut = (): never => {
  throw new Refusal("offline");
};
