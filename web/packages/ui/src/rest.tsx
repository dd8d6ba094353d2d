import { Check, CircleAlert, Copy, Info, TriangleAlert } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button, IconButton } from "./button.tsx";
import { cx } from "./dom.ts";

/** A grey shape where text will be; `width` in per cent. */
export function Bone({ width = 100, height = 12, round }: { width?: number; height?: number; round?: boolean }) {
  return (
    <span
      aria-hidden="true"
      class={cx("ui-bone", round && "ui-round")}
      style={{ width: round ? `${height}px` : `${width}%`, height: `${height}px` }}
    />
  );
}

/** Something to know before going on. */
export function Notice({
  tone = "info",
  title,
  children,
  action,
}: {
  tone?: "info" | "warn" | "bad" | "good";
  title?: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}) {
  const icon =
    tone === "info" ? (
      <Info size={18} />
    ) : tone === "good" ? (
      <Check size={18} />
    ) : tone === "warn" ? (
      <TriangleAlert size={18} />
    ) : (
      <CircleAlert size={18} />
    );
  return (
    <div class={cx("ui-notice", `ui-notice-${tone}`)} role={tone === "bad" ? "alert" : undefined}>
      {icon}
      <div class="ui-notice-words">
        {title && <strong>{title}</strong>}
        {children}
      </div>
      {action}
    </div>
  );
}

/** Copies `text`; says so for two seconds. */
export function useCopy(text: string): { copied: boolean; copy: () => void } {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return { copied, copy };
}

/** Text to take along: a link, a secret, a piece of code. */
export function CopyField({
  label,
  text,
  copyLabel,
  copiedLabel,
  block,
}: {
  label: string;
  text: string;
  copyLabel: string;
  copiedLabel: string;
  block?: boolean;
}) {
  const { copied, copy } = useCopy(text);
  return (
    <div class={cx("ui-copy", block && "ui-copy-block")}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long text scrolls, and the keyboard must be able to scroll it */}
      <section tabIndex={0} aria-label={label} class="ui-copy-text">
        <code dir="ltr">{text}</code>
      </section>
      {block ? (
        <Button size="small" icon={copied ? <Check size={16} /> : <Copy size={16} />} onClick={copy}>
          {copied ? copiedLabel : copyLabel}
        </Button>
      ) : (
        <IconButton
          label={copied ? copiedLabel : copyLabel}
          icon={copied ? <Check size={18} /> : <Copy size={18} />}
          onClick={copy}
        />
      )}
      <span class="ui-hidden" role="status">
        {copied ? copiedLabel : ""}
      </span>
    </div>
  );
}

/** A table with a sticky head; wide ones scroll inside their own frame. */
export function Table({
  label,
  head,
  children,
  class: extra,
}: {
  label: string;
  head: ComponentChildren;
  children: ComponentChildren;
  class?: string;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls, and the keyboard must be able to scroll it
    <section class={cx("ui-table-frame", extra)} aria-label={label} tabIndex={0}>
      <table class="ui-table">
        <thead>
          <tr>{head}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
