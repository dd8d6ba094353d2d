import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Kbd } from "./badge.tsx";
import { place } from "./dom.ts";

interface Tip {
  on: HTMLElement;
  text: string;
  keys: string | undefined;
}

/** One tooltip for the whole page: it shows `data-tip` (and `data-keys`) of what is pointed at or has the keyboard's focus. */
export function Tooltips() {
  const [tip, setTip] = useState<Tip | null>(null);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let timer = 0;
    let last = 0;
    const hide = () => {
      clearTimeout(timer);
      setTip((now) => {
        if (now) last = Date.now();
        return null;
      });
    };
    const show = (event: Event) => {
      const at = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-tip]") : null;
      clearTimeout(timer);
      if (!at || at.getAttribute("aria-expanded") === "true") return hide();
      if (event.type === "focusin" && !at.matches(":focus-visible")) return;
      const found = { on: at, text: at.dataset["tip"] ?? "", keys: at.dataset["keys"] };
      const soon = Date.now() - last < 300;
      timer = window.setTimeout(() => setTip(found), soon ? 40 : 450);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") hide();
    };
    addEventListener("pointerover", show);
    addEventListener("focusin", show);
    addEventListener("focusout", hide);
    addEventListener("pointerdown", hide, true);
    addEventListener("scroll", hide, true);
    addEventListener("keydown", onKey, true);
    return () => {
      clearTimeout(timer);
      removeEventListener("pointerover", show);
      removeEventListener("focusin", show);
      removeEventListener("focusout", hide);
      removeEventListener("pointerdown", hide, true);
      removeEventListener("scroll", hide, true);
      removeEventListener("keydown", onKey, true);
    };
  }, []);
  useLayoutEffect(() => {
    const box = panel.current;
    if (!tip || !box) return;
    if (!tip.on.isConnected) return setTip(null);
    box.showPopover?.();
    place(tip.on, box, tip.on.dataset["tipSide"] === "end" ? "end" : "bottom");
  }, [tip]);
  if (!tip) return null;
  return (
    <div ref={panel} popover="manual" role="tooltip" class="ui-tooltip">
      {tip.text}
      {tip.keys && <Kbd keys={tip.keys} />}
    </div>
  );
}
