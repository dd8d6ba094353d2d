import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { cx, type Placement, place, useLatest, useLayer, useReturnFocus } from "./dom.ts";

export interface PopoverProps {
  open: boolean;
  onClose: () => void;
  /** The element it hangs on. */
  anchor: { current: Element | null };
  placement?: Placement | undefined;
  label?: string | undefined;
  role?: "dialog" | "menu" | "listbox" | "presentation" | undefined;
  class?: string | undefined;
  /** As wide as its anchor at least. */
  wide?: boolean | undefined;
  children: ComponentChildren;
}

/** A panel in the top layer beside its anchor; closes on Escape, on a press outside and when the anchor goes. */
export function Popover(props: PopoverProps) {
  return props.open ? <OpenPopover {...props} /> : null;
}

function OpenPopover({
  onClose,
  anchor,
  placement = "bottom-start",
  label,
  role = "dialog",
  wide,
  class: extra,
  children,
}: PopoverProps) {
  const panel = useRef<HTMLDivElement>(null);
  const close = useLatest(onClose);
  useReturnFocus(true);
  useLayer(true, onClose);
  useLayoutEffect(() => {
    const box = panel.current;
    if (!box) return;
    box.showPopover?.();
    const put = () => {
      const on = anchor.current;
      if (!on) return;
      if (wide) box.style.minWidth = `${on.getBoundingClientRect().width}px`;
      place(on, box, placement);
    };
    put();
    const sizes = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(put);
    sizes?.observe(box);
    addEventListener("resize", put);
    addEventListener("scroll", put, true);
    const first =
      box.querySelector<HTMLElement>("[autofocus], [data-autofocus]") ??
      box.querySelector<HTMLElement>("input, button, [tabindex]");
    first?.focus({ preventScroll: true });
    return () => {
      sizes?.disconnect();
      removeEventListener("resize", put);
      removeEventListener("scroll", put, true);
    };
  }, [anchor, placement, wide]);
  useEffect(() => {
    const outside = (event: PointerEvent) => {
      const at = event.target;
      if (!(at instanceof Node) || panel.current?.contains(at) || anchor.current?.contains(at)) return;
      close.current();
    };
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [anchor, close]);
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: every role it can have takes a label
    <div ref={panel} popover="manual" role={role} aria-label={label} class={cx("ui-popover", extra)}>
      {children}
    </div>
  );
}
