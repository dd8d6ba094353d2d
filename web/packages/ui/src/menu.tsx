import { Check } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { Kbd } from "./badge.tsx";
import { cx, type Placement } from "./dom.ts";
import { Popover } from "./popover.tsx";

export type MenuItem =
  | {
      kind: "item";
      id: string;
      label: string;
      icon?: ComponentChildren;
      keys?: string | undefined;
      hint?: string | undefined;
      checked?: boolean | undefined;
      danger?: boolean | undefined;
      disabled?: boolean | undefined;
      onSelect: () => void;
    }
  | { kind: "heading"; label: string }
  | { kind: "line" };

export interface MenuProps {
  label: string;
  items: readonly MenuItem[];
  placement?: Placement | undefined;
  /** The button that opens it; spread the props on it. */
  trigger: (props: TriggerProps) => ComponentChildren;
  open?: boolean | undefined;
  onOpen?: ((open: boolean) => void) | undefined;
  header?: ComponentChildren;
}

export interface TriggerProps {
  ref: { current: HTMLButtonElement | null };
  "aria-haspopup": "menu" | "listbox" | "dialog";
  "aria-expanded": "true" | "false";
  onClick: () => void;
}

/** Moves the focus between the enabled items of a menu. */
export function moveFocus(list: HTMLElement, key: string): boolean {
  const items = [...list.querySelectorAll<HTMLElement>("[data-item]:not([disabled])")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to =
    key === "ArrowDown"
      ? (at + 1) % items.length
      : key === "ArrowUp"
        ? (at <= 0 ? items.length : at) - 1
        : key === "Home"
          ? 0
          : key === "End"
            ? items.length - 1
            : -1;
  if (to >= 0) {
    items[to]?.focus();
    return true;
  }
  if (key.length !== 1 || key === " ") return false;
  const letter = key.toLocaleLowerCase();
  const hit = [...items.slice(at + 1), ...items.slice(0, at + 1)].find((item) =>
    item.textContent?.trim().toLocaleLowerCase().startsWith(letter),
  );
  hit?.focus();
  return hit !== undefined;
}

/** A button with a menu of actions. */
export function Menu({ label, items, placement, trigger, open: given, onOpen, header }: MenuProps) {
  const [own, setOwn] = useState(false);
  const open = given ?? own;
  const setOpen = onOpen ?? setOwn;
  const anchor = useRef<HTMLButtonElement>(null);
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    if (event.key === "Tab") setOpen(false);
    else if (!event.ctrlKey && !event.metaKey && moveFocus(event.currentTarget, event.key)) event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      {trigger({
        ref: anchor,
        "aria-haspopup": "menu",
        "aria-expanded": open ? "true" : "false",
        onClick: () => setOpen(!open),
      })}
      <Popover
        open={open}
        onClose={() => setOpen(false)}
        anchor={anchor}
        placement={placement}
        role="presentation"
        class="ui-menu"
      >
        {header}
        <div role="menu" aria-label={label} onKeyDown={onKeyDown}>
          {items.map((item, index) => (
            <Row key={item.kind === "item" ? item.id : index} item={item} close={() => setOpen(false)} />
          ))}
        </div>
      </Popover>
    </>
  );
}

function Row({ item, close }: { item: MenuItem; close: () => void }) {
  // biome-ignore lint/a11y/useSemanticElements: an hr would end the menu's role
  if (item.kind === "line") return <div class="ui-menu-line" role="separator" />;
  if (item.kind === "heading") {
    return (
      <div class="ui-menu-heading" role="presentation">
        {item.label}
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: aria-checked comes only with menuitemradio
    <button
      type="button"
      role={item.checked === undefined ? "menuitem" : "menuitemradio"}
      aria-checked={item.checked === undefined ? undefined : item.checked ? "true" : "false"}
      data-item
      tabIndex={-1}
      disabled={item.disabled}
      class={cx("ui-menu-item", item.danger && "ui-danger-item")}
      onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
      onClick={() => {
        close();
        item.onSelect();
      }}
    >
      {item.icon && <span class="ui-menu-icon">{item.icon}</span>}
      <span class="ui-menu-words">
        <span>{item.label}</span>
        {item.hint && <span class="ui-menu-hint">{item.hint}</span>}
      </span>
      {item.keys && <Kbd keys={item.keys} />}
      {item.checked && <Check size={16} class="ui-menu-check" />}
    </button>
  );
}
