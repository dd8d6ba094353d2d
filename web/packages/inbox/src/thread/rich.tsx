/** What was said: text with mentions of colleagues and a single emoji larger, and every other kind of message. */
import { isOnlyEmoji } from "@halloo/core/format.ts";
import {
  cx,
  firstLink,
  type LinkPreview,
  MessageBody,
  type MessageContext,
  pictureOf,
  RichText as Rich,
} from "@halloo/ui";
import type { ComponentChildren } from "preact";
import { call } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { client } from "../data/query.ts";
import type { Talk } from "../data/types.ts";
import { language, t } from "../i18n.ts";
import { isFile } from "../live/outbox.ts";
import type { Line } from "./groups.ts";

interface Part {
  readonly kind: "text" | "mention";
  readonly text: string;
}

/** Cuts `@Name` out of a text; longer names come first. */
export function mentions(text: string, names: readonly string[]): Part[] {
  if (text === "") return [];
  const name = names.find((one) => text.includes(`@${one}`));
  if (name === undefined) return [{ kind: "text", text }];
  const at = text.indexOf(`@${name}`);
  const end = at + name.length + 1;
  return [
    ...mentions(text.slice(0, at), names),
    { kind: "mention", text: text.slice(at, end) },
    ...mentions(text.slice(end), names),
  ];
}

/** The words with what was searched for marked. */
function marked(text: string, mark: string | undefined): ComponentChildren {
  if (!mark) return text;
  const at = text.toLocaleLowerCase().indexOf(mark.toLocaleLowerCase());
  if (at < 0) return text;
  return [text.slice(0, at), <mark key={at}>{text.slice(at, at + mark.length)}</mark>, text.slice(at + mark.length)];
}

/** `names`: the colleagues that `@` may point at. */
export function RichText({
  text,
  names = [],
  mark,
}: {
  text: string;
  names?: readonly string[];
  mark?: string | undefined;
}) {
  const words = (plain: string) =>
    mentions(plain, names).map((part, index) =>
      part.kind === "mention" ? (
        <span key={index} class="in-mention">
          {part.text}
        </span>
      ) : (
        marked(part.text, mark)
      ),
    );
  return (
    <div class={cx("in-rich", isOnlyEmoji(text) && "in-big-emoji")} dir="auto">
      <Rich text={text} words={words} />
    </div>
  );
}

/** What the kinds of messages need of the inbox. Operators see what visitors answered, and answer nothing themselves. */
function contextOf(line: Line, conversation: string): MessageContext {
  const at = `/conversations/${conversation}`;
  return {
    key: line.key,
    language: language.get(),
    sound: t,
    renew: (file) => call<{ url: string }>("GET", `${at}/files/${file}`).then(({ url }) => url),
    preview: (url) => call<LinkPreview>("GET", `${at}/preview?url=${encodeURIComponent(url)}`),
    answer: null,
    pictures: () =>
      (client.getQueryData<Talk>(keys.talk(conversation))?.thread.messages ?? []).flatMap((message) => {
        const file = pictureOf(message.type, message.content);
        return file ? [{ key: message.client_id ?? String(message.fingerprint), file }] : [];
      }),
  };
}

interface ContentProps {
  readonly line: Line;
  readonly conversation: string;
}

/** A message that is stored, or on its way. */
export function Content({ line, conversation, names }: ContentProps & { readonly names: readonly string[] }) {
  const { message, sending } = line;
  const type = message?.type ?? sending?.message.type ?? "text";
  if (type === "text" || type === "note") return <RichText text={line.text ?? ""} names={names} />;
  const under = sending && isFile(sending.message) ? sending.message.shown : null;
  return <MessageBody type={type} content={message?.content ?? under} context={contextOf(line, conversation)} />;
}

/** The page behind the first link of a text. */
export function LinkCard({ line, conversation }: ContentProps) {
  if (line.text === null || firstLink(line.text) === null) return null;
  return <MessageBody type="text" content={line.text} context={contextOf(line, conversation)} />;
}
