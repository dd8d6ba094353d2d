/** Replies and notes on their way: shown at once, sent in order, kept over a reload, stored once. */
import { createOutbox, type Outgoing } from "@halloo/core/outbox.ts";
import { addMessages } from "@halloo/core/thread.ts";
import { uuid } from "@halloo/core/uuid.ts";
import { call } from "../data/api.ts";
import { findRow, putRow } from "../data/facts.ts";
import { keys } from "../data/keys.ts";
import { client } from "../data/query.ts";
import { excerptOf } from "../data/reduce.ts";
import { createStore } from "../data/store.ts";
import type { MessageSent, MeView, Talk } from "../data/types.ts";
import { clock, storage } from "./browser.ts";

/** What the composer hands over; `mentions` belong to notes. */
export interface Words {
  readonly type: "text" | "note";
  readonly content: string;
  readonly mentions: readonly string[];
}

/** A file that was uploaded. `shown` is what the thread says of it until the server's own message is there. */
export interface FileWords {
  readonly type: "file" | "audio";
  readonly content: { readonly upload_id: string } & Readonly<Record<string, unknown>>;
  readonly shown: { readonly name: string; readonly type: string; readonly size: number };
}

export type Said = Words | FileWords;
export type Sending = Omit<Outgoing, "message"> & { readonly message: Said };

/** Whether it is a file that is on its way. */
export const isFile = (said: Said): said is FileWords => said.type === "file" || said.type === "audio";

/** What is on its way in one line; a recording has no words. */
export const lineOf = (said: Said): string =>
  isFile(said) ? (said.type === "file" ? said.shown.name : "") : said.content;

/** Everything that is not stored yet. */
export const sending = createStore<readonly Sending[]>([]);

const made = new Map<string, ReturnType<typeof createOutbox>>();
let current: ReturnType<typeof createOutbox> | null = null;

async function deliver(item: Outgoing): Promise<void> {
  const said = item.message as Said;
  const { message } = await call<MessageSent>("POST", `/conversations/${item.thread}/messages`, {
    client_id: item.client_id,
    type: said.type,
    content: said.content,
    ...(isFile(said) ? {} : { mentions: said.mentions }),
  });
  client.setQueryData<Talk>(
    keys.talk(item.thread),
    (talk) => talk && (talk.hasNewer ? talk : { ...talk, thread: addMessages(talk.thread, [message]) }),
  );
}

/** The outbox of the signed-in operator. */
export function openOutbox(me: MeView): void {
  const key = `halloo.outbox.${me.operator?.id ?? me.workspace.id}`;
  current =
    made.get(key) ??
    createOutbox({
      store: storage,
      key,
      clock,
      uuid,
      deliver,
      onChange: (items) => sending.set(items as readonly Sending[]),
    });
  made.set(key, current);
  sending.set(current.items as readonly Sending[]);
  current.flush();
}

/** Sends, and shows it in the list before anybody answered. False where too much waits already. */
export function send(conversation: string, said: Said, author: string): boolean {
  const item = current?.add(conversation, said);
  if (!item) return false;
  const row = findRow(conversation);
  if (row) {
    putRow({
      ...row,
      last_message: {
        type: said.type,
        from: "operator",
        excerpt: excerptOf(said.type, lineOf(said)),
        timestamp: item.at,
        author,
      },
      waiting_since: said.type === "note" ? row.waiting_since : null,
      unread: said.type === "note" ? row.unread : 0,
    });
  }
  return true;
}

export const flushOutbox = (): void => current?.flush();
export const sendAgain = (clientId: string): void => current?.again(clientId);
export const settleSent = (clientId: string): void => current?.settle(clientId);
