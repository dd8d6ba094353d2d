/** What operators do to conversations: shown at once, then told to the server; a refusal takes it back. */

import { applyFact } from "@halloo/core/thread.ts";
import { toast } from "@halloo/ui";
import { t } from "../i18n.ts";
import { call, Refusal } from "./api.ts";
import { findRow, putRow, recount, reload } from "./facts.ts";
import { keys } from "./keys.ts";
import { client } from "./query.ts";
import { reasonOf } from "./reason.ts";
import type { ConversationPatch, ConversationRow, MessageView, OperatorBrief, Talk } from "./types.ts";

/** A refusal as a toast. A lost session needs none: the sign-in screen is there already. */
export function complain(error: unknown): void {
  if (error instanceof Refusal && error.status === 401) return;
  toast({ text: reasonOf(error), tone: "bad" });
}

/** Changes a conversation; `shown` is how its row looks with the change. */
export async function change(id: string, patch: ConversationPatch, shown: Partial<ConversationRow>): Promise<boolean> {
  const before = findRow(id);
  if (before) putRow({ ...before, ...shown });
  try {
    await call("PATCH", `/conversations/${id}`, patch);
    recount();
    return true;
  } catch (error) {
    if (before) putRow(before);
    complain(error);
    reload(id);
    return false;
  }
}

/** Resolves or reopens, with a way back for ten seconds. */
export async function setResolved(id: string, resolved: boolean): Promise<void> {
  const before = findRow(id);
  const state = resolved ? "resolved" : "unresolved";
  const done = change(
    id,
    { state },
    { state, snoozed_until: null, waiting_since: null, ...(resolved ? { unread: 0 } : {}) },
  );
  const back = before?.state ?? "unresolved";
  const dismiss = toast({
    text: t(resolved ? "resolved_toast" : "reopened_toast"),
    action: {
      label: t("undo"),
      onAction: () => {
        const snoozed_until = before?.snoozed_until ?? null;
        void change(id, snoozed_until === null ? { state: back } : { state: back, snoozed_until }, {
          state: back,
          snoozed_until,
          waiting_since: before?.waiting_since ?? null,
        });
      },
    },
  });
  if (!(await done)) dismiss();
}

/** Snoozes until a moment, or wakes with null. */
export async function setSnooze(id: string, until: Date | null, words: string): Promise<void> {
  const snoozed_until = until?.toISOString() ?? null;
  const before = findRow(id)?.snoozed_until ?? null;
  const done = change(id, { snoozed_until }, { snoozed_until });
  const dismiss = toast({
    text: until ? t("snoozed_toast", { when: words }) : t("woken_toast"),
    action: { label: t("undo"), onAction: () => void change(id, { snoozed_until: before }, { snoozed_until: before }) },
  });
  if (!(await done)) dismiss();
}

/** Puts a conversation with the spam, or back, with a way back for ten seconds. */
export async function setSpam(id: string, spam: boolean): Promise<void> {
  const done = change(id, { spam }, { spam });
  const dismiss = toast({
    text: t(spam ? "spam_toast" : "no_spam_toast"),
    action: { label: t("undo"), onAction: () => void change(id, { spam: !spam }, { spam: !spam }) },
  });
  if (!(await done)) dismiss();
}

export const setAssignee = (id: string, assignee: OperatorBrief | null): Promise<boolean> =>
  change(id, { assignee: assignee?.id ?? null }, { assignee });

export const setTags = (id: string, tags: string[]): Promise<boolean> => change(id, { tags }, { tags });

/** Everything of the visitor up to the end was read. */
export function markRead(id: string): void {
  const row = findRow(id);
  if (!row || row.unread === 0) return;
  putRow({ ...row, unread: 0 }, id);
  call("POST", `/conversations/${id}/read`, { seq: row.last_seq }).then(recount, () => reload(id));
}

const patchTalk = (id: string, name: string, data: Record<string, unknown>): void => {
  client.setQueryData<Talk>(keys.talk(id), (talk) => talk && { ...talk, thread: applyFact(talk.thread, name, data) });
};

/** Changes one's own message. */
export async function editMessage(id: string, message: MessageView, content: string): Promise<void> {
  patchTalk(id, "message:updated", { fingerprint: message.fingerprint, content });
  try {
    await call("PATCH", `/conversations/${id}/messages/${message.fingerprint}`, { content });
  } catch (error) {
    complain(error);
    void client.invalidateQueries({ queryKey: keys.talk(id) });
  }
}

/** Takes one's own message away. */
export async function removeMessage(id: string, message: MessageView): Promise<void> {
  patchTalk(id, "message:removed", { fingerprint: message.fingerprint });
  try {
    await call("DELETE", `/conversations/${id}/messages/${message.fingerprint}`);
  } catch (error) {
    complain(error);
    void client.invalidateQueries({ queryKey: keys.talk(id) });
  }
}
