/** Text as people write it, mentions of colleagues, what was searched for, and a single emoji larger. */
import { isOnlyEmoji } from "@halloo/core/format.ts";
import { cx, RichText as Rich } from "@halloo/ui";
import type { ComponentChildren } from "preact";

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
