/** A message's content as elements: links, code, emoji, line breaks. Never markup. */
import { formatText, isOnlyEmoji, type Piece } from "@halloo/core";
import { useAround } from "./hooks.ts";

function piece(part: Piece, key: number) {
  switch (part.kind) {
    case "text":
      return part.text;
    case "link":
      return (
        <a key={key} href={part.href} target="_blank" rel="noopener noreferrer" dir="auto">
          {part.text}
        </a>
      );
    case "code":
      return <code key={key}>{part.text}</code>;
    case "block":
      return (
        <pre key={key} dir="ltr">
          <code>{part.text}</code>
        </pre>
      );
    default:
      part satisfies never;
      return null;
  }
}

/** Whether the content is drawn without a bubble: a few emoji and nothing else. */
export const isBare = (type: string, content: unknown): boolean =>
  type === "text" && typeof content === "string" && isOnlyEmoji(content);

export function Content({ type, content }: { type: string; content: unknown }) {
  const { t } = useAround();
  if (type !== "text" || typeof content !== "string") return <i>{t("unsupported")}</i>;
  if (isOnlyEmoji(content)) return <span class="h-emoji">{content.trim()}</span>;
  return <>{formatText(content).map(piece)}</>;
}
