/** A message's content as elements. Never markup. */
import { isOnlyEmoji } from "@halloo/core";
import { RichText } from "@halloo/ui";
import { useAround } from "./hooks.ts";

/** Whether the content is drawn without a bubble: a few emoji and nothing else. */
export const isBare = (type: string, content: unknown): boolean =>
  type === "text" && typeof content === "string" && isOnlyEmoji(content);

export function Content({ type, content }: { type: string; content: unknown }) {
  const { t } = useAround();
  if (type !== "text" || typeof content !== "string") return <i>{t("unsupported")}</i>;
  if (isOnlyEmoji(content)) return <span class="h-emoji">{content.trim()}</span>;
  return <RichText text={content} />;
}
