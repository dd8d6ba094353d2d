/** Text as people write it: links, `code`, blocks of code, mentions, a single emoji larger. Nothing becomes markup by itself. */
import { formatText, isOnlyEmoji, type Piece } from "@halloo/core/format.ts";
import { cx } from "@halloo/ui";
import type { ComponentChildren } from "preact";

type Part = Piece | { readonly kind: "mention"; readonly text: string };

/** Cuts `@Name` out of a text; longer names come first. */
function mentions(text: string, names: readonly string[]): Part[] {
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

/** Cuts a text into parts; `names` are the colleagues that `@` may point at. */
export const partsOf = (text: string, names: readonly string[] = []): Part[] =>
  formatText(text).flatMap((piece): Part[] =>
    piece.kind === "text" && names.length > 0 ? mentions(piece.text, names) : [piece],
  );

/** The words with what was searched for marked. */
function marked(text: string, mark: string | undefined): ComponentChildren {
  if (!mark) return text;
  const at = text.toLocaleLowerCase().indexOf(mark.toLocaleLowerCase());
  if (at < 0) return text;
  return [text.slice(0, at), <mark key={at}>{text.slice(at, at + mark.length)}</mark>, text.slice(at + mark.length)];
}

export function RichText({
  text,
  names,
  mark,
}: {
  text: string;
  names?: readonly string[];
  mark?: string | undefined;
}) {
  return (
    <span class={cx("in-rich", isOnlyEmoji(text) && "in-big-emoji")} dir="auto">
      {partsOf(text, names).map((part, index) => {
        switch (part.kind) {
          case "text":
            return <span key={index}>{marked(part.text, mark)}</span>;
          case "link":
            return (
              <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
                {part.text}
              </a>
            );
          case "code":
            return (
              <code key={index} dir="ltr">
                {part.text}
              </code>
            );
          case "block":
            return (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide block scrolls, and the keyboard must be able to scroll it
              <pre key={index} dir="ltr" tabIndex={0}>
                {part.text}
              </pre>
            );
          case "mention":
            return (
              <span key={index} class="in-mention">
                {part.text}
              </span>
            );
          default:
            return part satisfies never;
        }
      })}
    </span>
  );
}
