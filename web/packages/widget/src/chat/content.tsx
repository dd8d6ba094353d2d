/** A message's content as elements. Never markup. */
import { isOnlyEmoji } from "@halloo/core";
import { firstLink, type LinkPreview, MessageBody, type MessageContext, pictureOf, RichText } from "@halloo/ui";
import { useAround } from "./hooks.ts";
import type { Line } from "./items.ts";

/** Whether the content is drawn without a bubble: what brings a card of its own, and a few emoji and nothing else. */
export const isBare = (type: string, content: unknown): boolean =>
  type !== "text" || (typeof content === "string" && isOnlyEmoji(content));

export function Text({ content }: { content: string }) {
  return isOnlyEmoji(content) ? <span class="h-emoji">{content.trim()}</span> : <RichText text={content} />;
}

/** What the kinds of messages need of the chat. `thread`: the conversation's id. */
function useContextOf(line: Line, thread: string): MessageContext {
  const { engine, t, language } = useAround();
  const { fingerprint, mine } = line;
  const at = `/conversations/${thread}`;
  return {
    key: line.key,
    language,
    sound: t,
    renew: (file) => engine.ask<{ url: string }>("GET", `${at}/files/${file}`).then(({ url }) => url),
    preview:
      fingerprint === null
        ? null
        : (url) => engine.ask<LinkPreview>("GET", `${at}/preview?url=${encodeURIComponent(url)}`),
    answer: fingerprint === null || mine ? null : (content) => engine.answer(thread, fingerprint, content),
    pictures: () =>
      (engine.state.threads[thread]?.messages ?? []).flatMap(({ type, content, client_id, fingerprint: number }) => {
        const file = pictureOf(type, content);
        return file ? [{ key: client_id ?? String(number), file }] : [];
      }),
  };
}

/** The content of a stored message, or of one on its way. */
export function Content({ line, thread }: { line: Line; thread: string }) {
  const context = useContextOf(line, thread);
  const { type, content } = line;
  if (type === "text" && typeof content === "string") return <Text content={content} />;
  return <MessageBody type={type} content={content} context={context} />;
}

/** The page behind the first link of a text. */
export function LinkCard({ line, thread }: { line: Line; thread: string }) {
  const context = useContextOf(line, thread);
  const { type, content, fingerprint } = line;
  if (type !== "text" || typeof content !== "string" || fingerprint === null || firstLink(content) === null)
    return null;
  return <MessageBody type={type} content={content} context={context} />;
}
