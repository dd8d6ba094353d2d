/** A small sheet of emoji beside the composer. */
import { Smile } from "lucide-preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useAround } from "./hooks.ts";

const EMOJI = [
  ..."😀😃😄😁😅😂🙂😉😊😍😘😎🤩🤔😐😴😢😭😤😡😱🤗🙈🤝👍👎👌🙏👏💪👋🤞",
  "❤️",
  ..."🧡💛💚💙💜🔥🎉✨⭐💡✅❌❓❗⏰📦🚚🛒💳🎁📷📍☕🍕🌸🌞🌈🐶🐱",
];
const COLUMNS = 8;

export function EmojiSheet({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useAround();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const sheet = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return;
    const away = (event: Event): void => {
      if (!sheet.current?.parentElement?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);

  useEffect(() => {
    if (open) sheet.current?.querySelectorAll("button")[at]?.focus();
  }, [open, at]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const forward = getComputedStyle(event.currentTarget as Element).direction === "rtl" ? -1 : 1;
    const steps: Record<string, number> = {
      ArrowRight: forward,
      ArrowLeft: -forward,
      ArrowDown: COLUMNS,
      ArrowUp: -COLUMNS,
    };
    const step = steps[event.key];
    if (step !== undefined) setAt(Math.min(EMOJI.length - 1, Math.max(0, at + step)));
    else if (event.key === "Escape") {
      setOpen(false);
      button.current?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="h-emoji-button">
      <button
        ref={button}
        type="button"
        class="h-tool"
        aria-label={t("emoji")}
        title={t("emoji")}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Smile size={20} strokeWidth={1.75} />
      </button>
      {open && (
        <div ref={sheet} class="h-popup h-emoji-sheet" role="dialog" aria-label={t("emoji")} onKeyDown={onKeyDown}>
          {EMOJI.map((emoji, index) => (
            <button
              key={emoji}
              type="button"
              tabIndex={index === at ? 0 : -1}
              aria-label={emoji}
              onClick={() => {
                onPick(emoji);
                setOpen(false);
              }}
            >
              {emoji}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
