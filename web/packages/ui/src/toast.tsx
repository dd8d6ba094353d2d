import { CircleAlert, CircleCheck, X } from "lucide-preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "./button.tsx";
import { cx } from "./dom.ts";

export interface Toast {
  text: string;
  tone?: "plain" | "good" | "bad" | undefined;
  /** How long it stays, in milliseconds; ten seconds where it can be undone. */
  ms?: number | undefined;
  action?: { label: string; onAction: () => void } | undefined;
}

type Shown = Toast & { id: number };

let next = 1;
let shown: readonly Shown[] = [];
const listeners = new Set<(toasts: readonly Shown[]) => void>();

function set(toasts: readonly Shown[]): void {
  shown = toasts;
  for (const listener of listeners) listener(shown);
}

/** Says something at the bottom of the screen; gives back how to take it away. At most three stay. */
export function toast(what: Toast): () => void {
  const id = next;
  next += 1;
  set([...shown.slice(-2), { ...what, id }]);
  return () => dismiss(id);
}

function dismiss(id: number): void {
  set(shown.filter((item) => item.id !== id));
}

/** Where toasts appear; once a page. */
export function Toaster({ closeLabel }: { closeLabel: string }) {
  const [toasts, setToasts] = useState(shown);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    listeners.add(setToasts);
    return () => {
      listeners.delete(setToasts);
    };
  }, []);
  useLayoutEffect(() => {
    const layer = box.current;
    if (!layer?.showPopover) return;
    if (layer.matches(":popover-open")) layer.hidePopover();
    if (toasts.length > 0) layer.showPopover();
  }, [toasts]);
  return (
    <div ref={box} popover="manual" class="ui-toaster" role="status" aria-live="polite">
      {toasts.map((item) => (
        <OneToast key={item.id} item={item} closeLabel={closeLabel} />
      ))}
    </div>
  );
}

function OneToast({ item, closeLabel }: { item: Shown; closeLabel: string }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(item.id), item.ms ?? (item.action ? 10_000 : 5_000));
    return () => clearTimeout(timer);
  }, [held, item]);
  return (
    <div
      class={cx("ui-toast", `ui-toast-${item.tone ?? "plain"}`)}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
    >
      {item.tone === "bad" ? <CircleAlert size={18} /> : item.tone === "good" ? <CircleCheck size={18} /> : null}
      <span class="ui-toast-text">{item.text}</span>
      {item.action && (
        <button
          type="button"
          class="ui-toast-action"
          onClick={() => {
            dismiss(item.id);
            item.action?.onAction();
          }}
        >
          {item.action.label}
        </button>
      )}
      <IconButton label={closeLabel} size="small" icon={<X size={16} />} onClick={() => dismiss(item.id)} />
    </div>
  );
}
