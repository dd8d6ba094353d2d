/**
 * What the chat needs beyond the boot core: the messages, the outbox, forms, typing, opening hours. It joins the engine when the chat
 * opens.
 */
import { createAnswering } from "./answering.ts";
import type { Core, Engine } from "./engine.ts";
import { createForms } from "./forms.ts";
import { watchHours } from "./hours.ts";
import type { Parts } from "./parts.ts";
import { createReading } from "./reading.ts";
import { createSending } from "./sending.ts";
import { NEW } from "./state.ts";

export type Writing = ReturnType<typeof createWriting>;
export type WritingVerbs = ReturnType<typeof verbsOf>;

export function createWriting(parts: Parts) {
  const forms = createForms(parts.shared);
  const reading = createReading(parts, (id, messages) => sending.settle(id, messages));
  const sending = createSending(parts, forms, reading);
  const answer = createAnswering(parts);
  return { forms, reading, sending, answer, outbox: sending.outbox, settle: sending.settle };
}

const verbsOf = ({ shared, visitor }: Parts, { forms, reading, sending, answer, outbox }: Writing, core: Core) => ({
  view: reading.view,
  reload: reading.refresh,
  older: reading.older,
  send: sending.send,
  begin: sending.begin,
  answer,
  again: (clientId: string) => outbox.again(clientId),
  discard: (clientId: string) => outbox.settle(clientId),
  typing(id: string, text: string): void {
    if (text) sending.ahead();
    if (id !== NEW) sending.typing.input(id, text);
  },
  files: sending.files,
  end: sending.end,
  asVisitor: visitor.asVisitor,
  reread: shared.reread,
  /** Called with the id of a conversation that was just begun. */
  onStarted: sending.onStarted,
  /** The form before a conversation: what is known, what is being typed, and that it was taken. */
  form: forms,
  /** The address at which an answer reaches the visitor. */
  leaveEmail: async (email: string): Promise<void> => (await core.person()).patch({ email }),
});

/** The engine with everything that the chat needs; once. */
export function openWriting(core: Core): Engine {
  const { parts } = core;
  const { shared } = parts;
  const known = parts.writing;
  const writing = known ?? createWriting(parts);
  if (!known) {
    parts.writing = writing;
    watchHours(shared);
    writing.forms.begun();
    shared.update({ outbox: writing.outbox.items });
    if (shared.state.status === "live") writing.outbox.flush();
  }
  return Object.assign(core, verbsOf(parts, writing, core));
}
