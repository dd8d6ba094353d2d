/** Small DOM helpers that every component shares. */
import { useLayoutEffect, useRef } from "preact/hooks";

/** Joins class names, leaving out what is empty. */
export function cx(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}

/** A value that handlers may read later without being made again on each render. */
export function useLatest<T>(value: T): { current: T } {
  const ref = useRef(value);
  useLayoutEffect(() => {
    ref.current = value;
  });
  return ref;
}

/** The open layers (dialogs, menus, popovers), topmost last. Keys belong to the topmost alone. */
const layers: symbol[] = [];

/** Whether any dialog, menu or popover is open. */
export const layerOpen = (): boolean => layers.length > 0;

/** Registers a layer while `open`; Escape reaches only the topmost one. */
export function useLayer(open: boolean, onEscape: () => void): void {
  const onTop = useLatest(onEscape);
  useLayoutEffect(() => {
    if (!open) return;
    const me = Symbol("layer");
    layers.push(me);
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || layers.at(-1) !== me) return;
      event.preventDefault();
      event.stopPropagation();
      onTop.current();
    };
    document.addEventListener("keydown", onKey, true);
    return () => {
      document.removeEventListener("keydown", onKey, true);
      layers.splice(layers.indexOf(me), 1);
    };
  }, [open, onTop]);
}

/** Gives the focus back to whatever had it when `open` became true. */
export function useReturnFocus(open: boolean): void {
  useLayoutEffect(() => {
    if (!open) return;
    const before = document.activeElement;
    return () => {
      const lost = document.activeElement === document.body || document.activeElement === null;
      if (before instanceof HTMLElement && before.isConnected && lost) before.focus({ preventScroll: true });
    };
  }, [open]);
}

export type Placement = "bottom-start" | "bottom-end" | "top-start" | "top-end" | "end" | "bottom" | "top";

const rtl = (): boolean => getComputedStyle(document.documentElement).direction === "rtl";

/** Puts `panel` (in the top layer, `position: fixed`) beside `anchor`, flipped or shifted to stay on the screen. */
export function place(anchor: Element, panel: HTMLElement, placement: Placement, gap = 6): void {
  const from = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const { clientWidth: wide, clientHeight: high } = document.documentElement;
  const clamp = (value: number, most: number) => Math.max(8, Math.min(value, most - 8));
  if (placement === "end") {
    const left = rtl() ? from.left - width - gap : from.right + gap;
    const fits = left >= 8 && left + width <= wide - 8;
    const other = rtl() ? from.right + gap : from.left - width - gap;
    panel.style.left = `${clamp(fits ? left : other, wide - width)}px`;
    panel.style.top = `${clamp(from.top + from.height / 2 - height / 2, high - height)}px`;
    return;
  }
  const [side, align] = placement.split("-") as ["top" | "bottom", "start" | "end" | undefined];
  const below = from.bottom + gap + height <= high - 8;
  const above = from.top - gap - height >= 8;
  const down = side === "bottom" ? below || !above : !above;
  panel.style.top = `${clamp(down ? from.bottom + gap : from.top - gap - height, high - height)}px`;
  const atLeft = align === undefined ? null : (align === "start") !== rtl();
  const left = atLeft === null ? from.left + from.width / 2 - width / 2 : atLeft ? from.left : from.right - width;
  panel.style.left = `${clamp(left, wide - width)}px`;
}

/** A guest's contact has an id of its own that ends as the visitor's does: both are to have one colour. */
const TOLD_BY = 4;

/** A stable hue between 0 and 359 from the end of an id. */
export function hueOf(id: string): number {
  let hash = 2166136261;
  for (let at = Math.max(0, id.length - TOLD_BY); at < id.length; at += 1) {
    hash ^= id.charCodeAt(at);
    hash = Math.imul(hash, 16777619);
  }
  return (hash >>> 0) % 360;
}
