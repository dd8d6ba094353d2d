/** The messages of the conversations on the screen: pages of them, who types, what was read. Joins with the chat. */
import { addMessages, applyFact, createTypingBoard, type Thread } from "@halloo/core";
import type { Public } from "@halloo/wire";
import type { Parts } from "./parts.ts";
import type { Face, Message } from "./state.ts";

const PAGE = 50;
/** Beyond every message: the page before it is the newest. */
const END = 2_147_483_647;
const READ_MS = 400;

export type Reading = ReturnType<typeof createReading>;

/** `settle`: these were stored, maybe by another tab. */
export function createReading(
  { shared, session }: Parts,
  settle: (conversation: string, messages: readonly Message[]) => void,
) {
  const { api, find, patch, thread, setThread, update } = shared;
  const { clock } = shared.options;
  let cancelRead: (() => void) | null = null;

  /** The newest page of a thread; what was loaded before stays where it joins on, and what came by facts meanwhile stays. */
  const refresh = async (id: string): Promise<void> => {
    const mine = shared.era;
    setThread(id, { loading: true, failed: false });
    try {
      const path = `/conversations/${id}/messages?before=${END}&limit=${PAGE}`;
      const found = await api<Public.PublicMessagePage>("GET", path);
      if (mine !== shared.era) return;
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
      session().follow(found.position.stream, found.position);
      settle(id, found.data);
      readLater();
    } catch {
      if (mine === shared.era) setThread(id, { loading: false, failed: true });
    }
  };

  const older = async (id: string): Promise<void> => {
    const first = thread(id).messages.find(({ seq }) => seq !== undefined)?.seq;
    if (first === undefined || thread(id).loading || !thread(id).more) return;
    const mine = shared.era;
    setThread(id, { loading: true });
    try {
      const path = `/conversations/${id}/messages?before=${first}&limit=${PAGE}`;
      const found = await api<Public.PublicMessagePage>("GET", path);
      if (mine !== shared.era) return;
      setThread(id, { ...addMessages(thread(id), found.data), loading: false, more: found.has_more });
    } catch {
      if (mine === shared.era) setThread(id, { loading: false });
    }
  };

  /** What a page of messages says that no fact has said yet; facts that say it again count nothing twice. */
  const caughtUp = (id: string, { data, last_seq }: Public.PublicMessagePage): void => {
    const known = find(id);
    if (!known || last_seq <= known.last_seq) return;
    const missed = data.filter(({ from, seq = 0 }) => from === "operator" && seq > known.last_seq).length;
    patch(id, { last_seq, unread: known.unread + missed });
  };

  const board = createTypingBoard<Face>(clock, (id) =>
    update({ typing: { ...shared.state.typing, [id]: board.list(id) } }),
  );

  const readLater = (): void => {
    cancelRead?.();
    cancelRead = clock.after(READ_MS, () => {
      const id = shared.onScreen();
      const known = id === null ? undefined : find(id);
      if (!id || !known || known.read_seq >= known.last_seq) return;
      const seq = known.last_seq;
      patch(id, { unread: 0, read_seq: seq });
      if (!session().tell({ t: "read", conversation: id, seq })) {
        api("POST", `/conversations/${id}/read`, { seq }).catch(() => undefined);
      }
    });
  };

  return {
    refresh,
    older,
    readLater,
    fact(id: string, name: string, data: Record<string, unknown>): void {
      if (shared.state.threads[id]) setThread(id, applyFact<Message>(thread(id), name, data));
      const { user_id: author } = (data["user"] ?? {}) as Partial<Public.MessageUser>;
      if (name === "message:received" && author) board.clear(id, author);
    },
    hint(name: string, data: Record<string, unknown>): void {
      if (name !== "typing" || data["from"] !== "operator") return;
      const { user_id, nickname, avatar } = data["user"] as Public.MessageUser;
      const id = String(data["conversation_id"]);
      if (data["state"] === "stop") board.clear(id, user_id);
      else board.set(id, user_id, { id: user_id, name: nickname, avatar, online: true });
    },
    /** The thread on the screen, `NEW`, or null for none. */
    view(id: string | null): void {
      shared.viewing = id;
      // A screen may draw once more what the visitor before has left: it is not asked for in the name of the next.
      if (id !== null && find(id) && !shared.state.threads[id]) void refresh(id);
      readLater();
    },
    /** The line is back: what could not be loaded is asked for again. */
    again(): void {
      for (const [id, { failed }] of Object.entries(shared.state.threads)) if (failed) void refresh(id);
    },
  };
}
