/** What the visitor sends: messages, the start of a conversation, its end. */
import { codeOf, createOutbox, createTypingReporter, OFFLINE, type Outgoing, Refusal } from "@halloo/core";
import type { Public } from "@halloo/wire";
import { createBotCheck } from "../bot/check.ts";
import { createFiles } from "./files.ts";
import { type Forms, isAboutForm } from "./forms.ts";
import type { Parts } from "./parts.ts";
import type { Reading } from "./reading.ts";
import { EMPTY, type Message, NEW } from "./state.ts";
import { FATAL } from "./visitor.ts";

/** As the server takes it. */
const bare = ({ type, content }: Outgoing["message"]): Outgoing["message"] => ({ type, content });

export function createSending(parts: Parts, forms: Forms, reading: Reading) {
  const { shared, session, visitor, conversations, fail } = parts;
  const { api, options, patch, setConversations, update } = shared;
  let started: ((conversation: string) => void) | null = null;
  let beginning: Promise<string> | null = null;
  const bot = createBotCheck(parts);

  const typing = createTypingReporter(
    options.clock,
    (frame) => session().tell(frame),
    shared.record.config.v1.typing_preview && !options.doNotTrack,
  );

  /** Asks the server for a conversation. Where it wants the form first, the visitor is asked, and then the server again. */
  const request = async (
    clientId: string,
    message: Outgoing["message"] | null,
  ): Promise<Public.ConversationStarted> => {
    for (;;) {
      const form = await forms.given();
      const { page, metadata } = shared;
      if (!shared.state.me) await visitor.contact();
      try {
        return await bot.around((check) =>
          visitor.asVisitor(() =>
            api<Public.ConversationStarted>("POST", "/conversations", {
              client_id: clientId,
              ...(form ? { form } : {}),
              ...(page ? { page } : {}),
              ...(Object.keys(metadata).length > 0 ? { custom_metadata: metadata } : {}),
              ...(message ? { message: { client_id: clientId, ...message } } : {}),
              ...check,
            }),
          ),
        );
      } catch (error) {
        if (!isAboutForm(error)) throw error;
        await forms.ask(error);
      }
    }
  };

  /** Starts a conversation, with its first message where there is one. A repeated start is the same conversation. */
  const startWith = async (clientId: string, message: Outgoing["message"] | null): Promise<string> => {
    const mine = shared.era;
    const { conversation } = await request(clientId, message);
    if (mine !== shared.era) throw new Refusal(OFFLINE);
    const { conversations: list, threads } = shared.state;
    setConversations([conversation, ...(list ?? []).filter((one) => one.id !== conversation.id)]);
    update({ threads: { ...threads, [NEW]: EMPTY, [conversation.id]: { ...shared.thread(NEW), loading: true } } });
    adopt(conversation.id);
    if (shared.viewing === NEW) shared.viewing = conversation.id;
    // From where the conversation stood: who answers or reads at once is not overlooked.
    session().follow(conversation.position.stream, conversation.position);
    started?.(conversation.id);
    forms.begun();
    await reading.refresh(conversation.id);
    return conversation.id;
  };

  const start = async ({ client_id, message }: Outgoing): Promise<void> => {
    if (beginning) {
      await beginning.catch(() => undefined);
      // The message belongs to that conversation now, if it was begun.
      throw new Refusal(OFFLINE);
    }
    options.onSent(await startWith(client_id, bare(message)));
  };

  const deliver = async (item: Outgoing): Promise<void> => {
    if (item.thread === NEW) return start(item);
    const frame = { t: "send", conversation: item.thread, client_id: item.client_id, message: bare(item.message) };
    const ack = await bot.around((check) => session().ask({ ...frame, ...check }));
    const message = ack["message"] as Message | undefined;
    if (message) conversations.fact(item.thread, "message:send", message as unknown as Record<string, unknown>);
    options.onSent(item.thread);
  };

  /** What a refusal means for the whole screen. */
  const refused = (error: unknown): void => {
    const code = codeOf(error);
    if (FATAL.has(code)) fail(code);
    if (code === "identity_required") update({ signIn: true });
    if (error instanceof Refusal && code === "rate_limited" && error.retryAfterMs) {
      update({ slowUntil: options.clock.now() + error.retryAfterMs });
    }
  };

  /** What was said and chosen before there was a conversation belongs to it. */
  const adopt = (conversation: string): void => {
    outbox.adopt(NEW, conversation);
    files.adopt(NEW, conversation);
  };

  const outbox = createOutbox({
    store: options.store,
    key: options.keys.outbox,
    clock: options.clock,
    uuid: options.uuid,
    deliver: async (item) => {
      if (shared.state.failed !== null) throw new Refusal(OFFLINE);
      try {
        await deliver(item);
        files.sent(item);
        if (shared.state.slowUntil !== null) update({ slowUntil: null });
      } catch (error) {
        refused(error);
        if (codeOf(error) === "upload_incomplete" && files.again(item)) {
          outbox.settle(item.client_id);
          options.clock.after(0, outbox.flush);
        }
        throw error;
      }
    },
    onChange: (items) => update({ outbox: items }),
  });
  const files = createFiles(parts, {
    outbox: () => outbox,
    refuse: (...given) => new Refusal(...given),
    refused,
    bot,
  });

  return {
    /** What waits to be said, as the boot core knows it: the files go along. */
    outbox: {
      ...outbox,
      get items() {
        return outbox.items;
      },
      flush(): void {
        outbox.flush();
        files.nudge();
      },
      clear(): void {
        outbox.clear();
        files.clear();
      },
    },
    files,
    typing,
    /** Something will be said soon. */
    ahead: bot.ahead,
    /** These were stored, maybe by another tab that has the same outbox: then it has begun the conversation for this one, too. */
    settle(id: string, messages: readonly Message[]): void {
      for (const { client_id, from } of messages) {
        if (!client_id || from !== "user") continue;
        const begun = outbox.items.some((item) => item.client_id === client_id && item.thread === NEW);
        if (begun) adopt(id);
        outbox.settle(client_id);
        if (begun && shared.viewing === NEW) {
          shared.viewing = id;
          started?.(id);
        }
      }
    },
    /** Starts a conversation without a message, once; messages that are written meanwhile wait for it. */
    begin(): void {
      beginning ??= startWith(options.uuid(), null).finally(() => {
        beginning = null;
      });
      beginning.then(outbox.flush, refused);
    },
    /** Sends a text; false where the outbox is full. */
    send(id: string, content: string): boolean {
      typing.stop();
      // Who writes wants the line now, not when its next try is due.
      if (session().status.kind === "waiting") session().nudge();
      return outbox.add(id, { type: "text", content }) !== null;
    },
    async end(id: string): Promise<void> {
      const { conversation } = await api<Public.ConversationEnded>("POST", `/conversations/${id}/end`, {});
      patch(id, conversation);
    },
    onStarted(listen: ((conversation: string) => void) | null): void {
      started = listen;
    },
  };
}
