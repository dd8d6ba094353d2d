import type { ButtonHTMLAttributes, ComponentChildren, Ref } from "preact";
import { cx } from "./dom.ts";

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "label" | "size" | "ref" | "class">;

export interface ButtonProps extends Native {
  /** `primary` acts, `plain` is the quiet default, `ghost` sits in toolbars, `danger` destroys. */
  kind?: "primary" | "plain" | "ghost" | "danger" | undefined;
  size?: "small" | "normal" | "large" | undefined;
  icon?: ComponentChildren;
  busy?: boolean | undefined;
  ref?: Ref<HTMLButtonElement> | undefined;
  class?: string | undefined;
}

/** A button with words. */
export function Button({
  kind = "plain",
  size = "normal",
  icon,
  busy,
  children,
  class: extra,
  ref = null,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      ref={ref}
      aria-busy={busy ? "true" : undefined}
      class={cx("ui-button", `ui-${kind}`, `ui-${size}`, extra)}
    >
      {icon}
      {children !== undefined && <span class="ui-button-text">{children}</span>}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "children"> {
  /** Said to screen readers and shown as a tooltip. */
  label: string;
  /** The key that does the same, shown in the tooltip. */
  keys?: string | undefined;
}

/** A button that is only an icon: its label is a tooltip. */
export function IconButton({
  label,
  keys,
  kind = "ghost",
  size = "normal",
  icon,
  busy,
  class: extra,
  ref = null,
  ...rest
}: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      ref={ref}
      aria-label={label}
      aria-busy={busy ? "true" : undefined}
      data-tip={label}
      data-keys={keys}
      class={cx("ui-button", "ui-icon-button", `ui-${kind}`, `ui-${size}`, extra)}
    >
      {icon}
    </button>
  );
}
