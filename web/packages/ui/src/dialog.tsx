import { X } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "./button.tsx";
import { cx, useLayer, useReturnFocus } from "./dom.ts";

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Words of the closing button. */
  closeLabel: string;
  children: ComponentChildren;
  footer?: ComponentChildren;
  size?: "small" | "normal" | "large" | undefined;
  /** `end` slides a drawer in from the end of the line; `bare` has no frame of its own. */
  side?: "centre" | "end" | "bare" | undefined;
  class?: string | undefined;
}

/** A modal dialog or, with `side="end"`, a drawer. The page behind is inert and the focus stays inside. */
export function Dialog(props: DialogProps) {
  return props.open ? <OpenDialog {...props} /> : null;
}

function OpenDialog({
  onClose,
  title,
  closeLabel,
  children,
  footer,
  size = "normal",
  side = "centre",
  class: extra,
}: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useReturnFocus(true);
  useLayer(true, onClose);
  useLayoutEffect(() => {
    const dialog = box.current;
    if (!dialog || dialog.open) return;
    dialog.showModal?.();
    const body = dialog.querySelector(".ui-dialog-body");
    const first =
      dialog.querySelector<HTMLElement>("[data-autofocus]") ??
      (side === "end" ? dialog.querySelector<HTMLElement>(".ui-dialog-head button") : null) ??
      body?.querySelector<HTMLElement>("input:not([type=hidden]), textarea, button, [href]") ??
      null;
    first?.focus({ preventScroll: true });
    return () => dialog.close?.();
  }, [side]);
  return (
    <dialog
      ref={box}
      aria-labelledby={id}
      class={cx("ui-dialog", `ui-dialog-${side}`, `ui-dialog-${size}`, extra)}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div class="ui-dialog-frame">
        <header class={side === "bare" ? "ui-hidden" : "ui-dialog-head"}>
          <h2 id={id}>{title}</h2>
          {side !== "bare" && <IconButton label={closeLabel} icon={<X size={18} />} onClick={onClose} />}
        </header>
        <div class="ui-dialog-body">{children}</div>
        {footer && <footer class="ui-dialog-foot">{footer}</footer>}
      </div>
    </dialog>
  );
}
