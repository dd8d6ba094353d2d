/** Answering what an operator asked: the same message with the choice or the value, which every screen then shows. */
import type { Parts } from "./parts.ts";

/** Rejects with why an answer was not taken; the message then stays as it was. */
export const createAnswering =
  ({ shared, session, conversations }: Parts) =>
  async (conversation: string, fingerprint: number, content: unknown): Promise<void> => {
    const mine = shared.era;
    // Who answers wants the line now, not when its next try is due.
    if (session().status.kind === "waiting") session().nudge();
    const { message } = await session().ask({ t: "edit", conversation, fingerprint, content });
    if (mine !== shared.era || typeof message !== "object" || message === null) return;
    // The fact says the same to the other tabs, and to this one again.
    conversations.fact(conversation, "message:updated", message as Record<string, unknown>);
  };
