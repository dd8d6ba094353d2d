/** The messages of one conversation as a value: facts and pages go in, a list in order comes out, nothing twice. */

/** A message as API, relay and facts give it; notes have no `seq`. */
export interface Message {
  readonly fingerprint: number;
  readonly type: string;
  readonly content: unknown;
  readonly from: "user" | "operator";
  readonly timestamp: number;
  readonly user: { readonly user_id: string; readonly nickname: string; readonly avatar?: string | null };
  readonly client_id?: string | null;
  readonly seq?: number;
  readonly edited?: boolean;
  readonly removed?: boolean;
  readonly automated?: boolean;
}

export interface Thread<M extends Message = Message> {
  /** Ascending by fingerprint, which is the order of the conversation. */
  readonly messages: readonly M[];
  /** Fingerprints of the visitor's messages that operators read, and of the operators' that the visitor read. */
  readonly read: ReadonlySet<number>;
}

export const EMPTY_THREAD: Thread<never> = { messages: [], read: new Set() };

const order = (a: Message, b: Message): number =>
  a.seq !== undefined && b.seq !== undefined ? a.seq - b.seq : a.fingerprint - b.fingerprint;

/** Adds messages; one that is known (by `fingerprint`) is replaced. */
export function addMessages<M extends Message>(thread: Thread<M>, more: readonly M[]): Thread<M> {
  if (more.length === 0) return thread;
  const last = thread.messages.at(-1);
  const [first] = more;
  // The usual case, one newer message at the end, needs no sorting.
  if (more.length === 1 && first && (!last || order(last, first) < 0)) {
    return { ...thread, messages: [...thread.messages, first] };
  }
  const known = new Map(thread.messages.map((message) => [message.fingerprint, message]));
  for (const message of more) known.set(message.fingerprint, message);
  return { ...thread, messages: [...known.values()].sort(order) };
}

const patch = <M extends Message>(thread: Thread<M>, fingerprint: unknown, fields: Partial<Message>): Thread<M> => ({
  ...thread,
  messages: thread.messages.map((message) =>
    message.fingerprint === fingerprint ? { ...message, ...fields } : message,
  ),
});

/** Applies a fact of the conversation; facts that say nothing about messages leave the thread as it is. */
export function applyFact<M extends Message>(
  thread: Thread<M>,
  name: string,
  data: Readonly<Record<string, unknown>>,
): Thread<M> {
  switch (name) {
    case "message:send":
    case "message:received":
      return addMessages(thread, [data as unknown as M]);
    case "message:updated":
      return patch(thread, data["fingerprint"], { content: data["content"], edited: true });
    case "message:removed":
      return patch(thread, data["fingerprint"], { content: null, removed: true });
    case "message:acknowledge:read:send":
    case "message:acknowledge:read:received":
      return { ...thread, read: new Set([...thread.read, ...((data["fingerprints"] ?? []) as number[])]) };
    default:
      return thread;
  }
}
