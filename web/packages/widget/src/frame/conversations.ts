/** The visitor's conversations: their list, and what facts and hints say about them. Their messages are the chat's (`reading`). */
import { Refusal, type Session } from "@halloo/core";
import type { Public } from "@halloo/wire";
import type { Reading } from "./reading.ts";
import type { Conversation, Face, Message, Shared } from "./state.ts";

const FOLLOWED = 20;
const AGAIN_MS = 3000;
const ANSWERED: ReadonlySet<string> = new Set(["message:send", "message:received"]);

export interface ConversationsOptions {
  /** What reads their messages, once the chat is there. */
  readonly later: () => Reading | undefined;
  readonly session: () => Session;
  /** These were stored, maybe by another tab. */
  readonly settle: (conversation: string, messages: readonly Message[]) => void;
}

export type Conversations = ReturnType<typeof createConversations>;

export function createConversations(shared: Shared, { session, settle, later }: ConversationsOptions) {
  const { api, find, patch, thread, setConversations, update, options } = shared;
  const { clock } = options;
  let loading: Promise<void> | null = null;
  /** The list was asked for and has not come. */
  let behind = false;
  /** Something happened that the list on its way may not know. */
  let stale = false;

  /** Loads the list, follows the newest, and refreshes threads that are on the screen. */
  const load = (): Promise<void> => {
    if (loading) return loading;
    const mine = shared.era;
    behind = true;
    const done = api<Public.PublicConversationPage>("GET", `/conversations?limit=${FOLLOWED}`)
      .then(
        ({ data }) => mine === shared.era && listed(data),
        (error) => {
          if (mine === shared.era && error instanceof Refusal && error.passing && session().status.kind === "live") {
            clock.after(AGAIN_MS, () => behind && void load());
          }
        },
      )
      .then(() => {
        if (loading !== done) return;
        loading = null;
        if (stale) void load();
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
      session().follow(one.position.stream, one.position);
      if (shared.state.threads[one.id]) void later()?.refresh(one.id);
    }
  };

  /** A fact speaks of a conversation that the list does not hold. */
  const listAgain = (): void => {
    stale = loading !== null;
    void load();
  };

  // -- what happened

  const fact = (id: string, name: string, data: Record<string, unknown>): void => {
    later()?.fact(id, name, data);
    if (name === "session:set_state") became(id, data["state"] as Conversation["state"]);
    if (name === "session:sync:rating") patch(id, { feedback: "given" });
    if (name === "session:removed") removed(id);
    if (name === "message:acknowledge:read:send") markSeen(id, data["fingerprints"] as number[]);
    if (name === "message:acknowledge:read:received") markRead(id, data["fingerprints"] as number[]);
    if (ANSWERED.has(name)) arrived(id, data as unknown as Message);
  };

  /** Feedback is open while a conversation is resolved, and asked for once. */
  const became = (id: string, now: Conversation["state"]): void => {
    const asks = now === "resolved" && shared.record.config.v1.post_conversation_feedback.enabled;
    const given = find(id)?.feedback === "given";
    patch(id, { state: now, feedback: given ? "given" : asks ? "open" : "none" });
  };

  const removed = (id: string): void => {
    session().unfollow(`c:${id}`);
    setConversations((shared.state.conversations ?? []).filter((one) => one.id !== id));
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
    if (!theirs) settle(id, [message]);
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
    later()?.readLater();
  };

  const visitorFact = (name: string, data: Record<string, unknown>): void => {
    const id = String(data["session_id"] ?? "").replace(/^session_/, "");
    if (name === "session:request:initiated" && !find(id)) listAgain();
  };

  const hint = (name: string, data: Record<string, unknown>): void => {
    later()?.hint(name, data);
    if (name === "presence" && Array.isArray(data["operators"])) {
      const operators = data["operators"] as (Omit<Face, "online"> & { availability: string })[];
      const here = operators.map(({ availability, id, name: nickname, avatar }) => ({
        id,
        name: nickname,
        avatar,
        online: availability === "online",
      }));
      // Who is away keeps their face; those who are here come first.
      const away = shared.state.team.faces
        .filter(({ id }) => !here.some((one) => one.id === id))
        .map((one) => ({ ...one, online: false }));
      const faces = [...here, ...away].sort((a, b) => Number(b.online) - Number(a.online)).slice(0, 3);
      update({ team: { ...shared.state.team, faces, available: data["available"] === true } });
    }
  };

  return {
    load,
    fact,
    visitorFact,
    hint,
    /** The list was asked for and has not come. */
    get behind() {
      return behind;
    },
    /** What belongs to one visitor is not for the next. */
    leave(): void {
      shared.era += 1;
      loading = null;
      session().forget();
      shared.viewing = null;
      update({ conversations: null, threads: {}, typing: {}, unread: 0 });
    },
  };
}
