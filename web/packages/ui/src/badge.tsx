import { X } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { cx } from "./dom.ts";

/** The ten tones of tags and badges. */
export const TONES = ["grey", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black"] as const;
export type Tone = (typeof TONES)[number];

/** The tone of a name that may come from elsewhere; grey where it is none of ours. */
export const toneOf = (name: string | undefined): Tone => TONES.find((tone) => tone === name) ?? "grey";

/** A small word with a tint. */
export function Badge({
  tone = "grey",
  icon,
  children,
}: {
  tone?: Tone | "accent" | "good" | "warn" | "bad";
  icon?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <span class={cx("ui-badge", `ui-tone-${tone}`)}>
      {icon}
      {children}
    </span>
  );
}

/** A number that wants attention. */
export function Count({ value, label }: { value: number; label?: string | undefined }) {
  if (value <= 0) return null;
  return (
    <span class="ui-count">
      <span aria-hidden={label ? "true" : undefined}>{value > 99 ? "99+" : value}</span>
      {label && <span class="ui-hidden">{label}</span>}
    </span>
  );
}

/** A chip; with `onRemove` it can be taken away, with `onClick` it is a choice. */
export function Chip(props: {
  tone?: Tone | undefined;
  children: ComponentChildren;
  removeLabel?: string | undefined;
  onRemove?: (() => void) | undefined;
  pressed?: boolean | undefined;
  onClick?: (() => void) | undefined;
}) {
  const { tone, children, removeLabel, onRemove, pressed, onClick } = props;
  const name = cx("ui-chip", tone && `ui-tone-${tone}`);
  if (onClick) {
    return (
      <button type="button" class={name} aria-pressed={pressed ? "true" : "false"} onClick={onClick}>
        {children}
      </button>
    );
  }
  return (
    <span class={name}>
      <span class="ui-chip-text">{children}</span>
      {onRemove && (
        <button type="button" class="ui-chip-remove" aria-label={removeLabel} onClick={onRemove}>
          <X size={12} strokeWidth={2.25} />
        </button>
      )}
    </span>
  );
}

const mac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

/** `Mod+K` as this machine writes it. */
export function keyNames(keys: string): string[] {
  return keys.split("+").map((key) => {
    if (key === "Mod") return mac ? "⌘" : "Ctrl";
    if (key === "Shift") return mac ? "⇧" : "Shift";
    if (key === "Enter") return "↵";
    return key;
  });
}

/** A key, or several pressed together, joined by `+`. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span class="ui-keys">
      {keyNames(keys).map((key) => (
        <kbd key={key} class="ui-kbd">
          {key}
        </kbd>
      ))}
    </span>
  );
}
