import { Avatar, IconButton, Kbd, Popover } from "@halloo/ui";
import { FaceSlightlySmiling } from "lucide-preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n.ts";
import type { Suggestion } from "./suggest.tsx";

/** The list over the composer; the focus stays in the text. */
export function Suggestions(props: {
  id: string;
  anchor: { current: HTMLTextAreaElement | null };
  items: readonly Suggestion[];
  at: number;
  onAt: (at: number) => void;
  onAccept: (item: Suggestion) => void;
}) {
  const { id, items, at, onAt, onAccept } = props;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: "nearest" });
  });
  if (items.length === 0) return null;
  return (
    <div ref={list} id={id} role="listbox" aria-label={t("suggestions")} class="in-suggest">
      {items.map((item, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text; aria-activedescendant points here
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled in the text
        <div
          key={item.id}
          id={`${id}-${index}`}
          role="option"
          class="ui-option"
          aria-selected={index === at ? "true" : "false"}
          data-active={index === at ? "true" : "false"}
          onPointerMove={() => onAt(index)}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onAccept(item)}
        >
          {item.face && (
            <Avatar
              id={item.face.id}
              name={item.label}
              src={item.face.avatar}
              size={20}
              presence={item.face.availability}
            />
          )}
          {item.sign && <span class="in-suggest-sign">{item.sign}</span>}
          <span class="ui-menu-words">
            <span class="in-suggest-label">{item.label}</span>
            {item.hint && <span class="ui-menu-hint">{item.hint}</span>}
          </span>
          {index === at && <Kbd keys="Enter" />}
        </div>
      ))}
    </div>
  );
}

const QUICK = [
  "👋",
  "🙂",
  "😀",
  "😂",
  "😍",
  "🤔",
  "😅",
  "😢",
  "🙏",
  "👍",
  "👏",
  "💪",
  "🎉",
  "✅",
  "❤️",
  "🔥",
  "⭐",
  "☕",
  "📦",
  "🚚",
  "💡",
  "⚠️",
  "👀",
  "🤝",
] as const;

/** Emoji that a support conversation needs most, one press away. */
export function EmojiButton({ onEmoji }: { onEmoji: (sign: string) => void }) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      <IconButton
        ref={anchor}
        label={t("insert_emoji")}
        keys=":"
        aria-haspopup="dialog"
        aria-expanded={open ? "true" : "false"}
        icon={<FaceSlightlySmiling size={18} />}
        onClick={() => setOpen(!open)}
      />
      <Popover
        open={open}
        onClose={() => setOpen(false)}
        anchor={anchor}
        placement="top-start"
        label={t("insert_emoji")}
        class="in-emoji"
      >
        {QUICK.map((sign) => (
          <button
            key={sign}
            type="button"
            aria-label={sign}
            onClick={() => {
              setOpen(false);
              onEmoji(`${sign} `);
            }}
          >
            {sign}
          </button>
        ))}
      </Popover>
    </>
  );
}
