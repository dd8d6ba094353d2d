/** The menu in the header: sounds, end. */
import { Check, Ellipsis } from "lucide-preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useAround } from "./hooks.ts";

export interface MenuEntry {
  readonly label: string;
  /** A switch shows whether it is on. */
  readonly on?: boolean;
  readonly act: () => void;
}

export function HeaderMenu({ entries }: { entries: readonly MenuEntry[] }) {
  const { t } = useAround();
  const [open, setOpen] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return;
    list.current?.querySelector("button")?.focus();
    const away = (event: Event): void => {
      if (!list.current?.parentElement?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);

  const shut = (): void => {
    setOpen(false);
    button.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const all = [...(list.current?.querySelectorAll("button") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === "ArrowDown") all[(at + 1) % all.length]?.focus();
    else if (event.key === "ArrowUp") all[(at - 1 + all.length) % all.length]?.focus();
    else if (event.key === "Escape") shut();
    else if (event.key === "Tab") setOpen(false);
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="h-menu">
      <button
        ref={button}
        type="button"
        class="h-tool"
        aria-label={t("menu")}
        title={t("menu")}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Ellipsis size={20} strokeWidth={1.75} />
      </button>
      {open && (
        <div
          ref={list}
          class="h-popup h-menu-list"
          role="menu"
          tabIndex={-1}
          aria-label={t("menu")}
          onKeyDown={onKeyDown}
        >
          {entries.map(({ label, on, act }) => (
            <button
              key={label}
              type="button"
              role={on === undefined ? "menuitem" : "menuitemcheckbox"}
              {...(on === undefined ? {} : { "aria-checked": on })}
              onClick={() => {
                act();
                shut();
              }}
            >
              <span>{label}</span>
              {on && <Check size={18} strokeWidth={2} />}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
