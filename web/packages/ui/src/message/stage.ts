/** What fingers, wheel and double clicks do to the picture on the stage. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useLatest } from "../dom.ts";
import { CLOSE_SCALE, moved, type Sizes, swipeOf, type View, WHOLE, zoomed } from "./view.ts";

/** A press that moves less is none but a press. */
const TAP = 8;

interface Point {
  readonly x: number;
  readonly y: number;
}

interface StageOptions {
  readonly swiped: (way: "left" | "right" | "close") => void;
}

const middle = ([a, b]: readonly Point[]): Point => ({
  x: ((a?.x ?? 0) + (b?.x ?? 0)) / 2,
  y: ((a?.y ?? 0) + (b?.y ?? 0)) / 2,
});
const apart = ([a, b]: readonly Point[]): number => Math.hypot((a?.x ?? 0) - (b?.x ?? 0), (a?.y ?? 0) - (b?.y ?? 0));

/** `key`: another one is another picture, whole again. */
export function useStage(key: string, options: StageOptions) {
  const stage = useRef<HTMLDivElement>(null);
  const view = useRef<View>(WHOLE);
  const fingers = useRef(new Map<number, Point>());
  const from = useRef({ x: 0, y: 0, at: 0, alone: false, beside: false });
  const [scale, setScale] = useState(1);
  const latest = useLatest(options);

  const picture = (): HTMLElement | null => stage.current?.querySelector(".u-light-picture") ?? null;
  const sizes = (): Sizes => ({
    stage: { width: stage.current?.clientWidth ?? 1, height: stage.current?.clientHeight ?? 1 },
    picture: { width: picture()?.offsetWidth ?? 1, height: picture()?.offsetHeight ?? 1 },
  });
  const draw = (next: View, drag = { x: 0, y: 0 }): void => {
    view.current = next;
    const element = picture();
    if (element) element.style.transform = `translate(${next.x + drag.x}px, ${next.y + drag.y}px) scale(${next.scale})`;
    setScale(next.scale);
  };
  /** A place on the screen, from the middle of the stage. */
  const fromMiddle = ({ x, y }: Point): Point => {
    const box = stage.current?.getBoundingClientRect();
    return box ? { x: x - box.left - box.width / 2, y: y - box.top - box.height / 2 } : { x: 0, y: 0 };
  };
  const settle = (smooth: boolean): void => void stage.current?.classList.toggle("u-smooth", smooth);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another picture begins whole
  useLayoutEffect(() => {
    fingers.current.clear();
    settle(false);
    draw(WHOLE);
  }, [key]);

  // Wheels must be able to keep the page from zooming, which a listener of the framework cannot.
  // biome-ignore lint/correctness/useExhaustiveDependencies: everything it reads is a reference
  useLayoutEffect(() => {
    const element = stage.current;
    if (!element) return;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      settle(false);
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      const by = Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0025));
      draw(zoomed(view.current, view.current.scale * by, fromMiddle({ x: event.clientX, y: event.clientY }), sizes()));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, []);

  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const alone = fingers.current.size === 1;
    // Once the pointer is captured, everything seems to happen on the stage.
    const beside = event.target === stage.current;
    from.current = { x: event.clientX, y: event.clientY, at: event.timeStamp, alone, beside };
    stage.current?.setPointerCapture(event.pointerId);
    settle(false);
  };
  const onPointerMove = (event: PointerEvent): void => {
    const before = [...fingers.current.values()];
    const was = fingers.current.get(event.pointerId);
    if (!was) return;
    fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const now = [...fingers.current.values()];
    if (now.length === 2) {
      const at = fromMiddle(middle(now));
      const shift = fromMiddle(middle(before));
      const grown = zoomed(view.current, (view.current.scale * apart(now)) / Math.max(1, apart(before)), at, sizes());
      draw(moved(grown, at.x - shift.x, at.y - shift.y, sizes()));
    } else if (view.current.scale > 1) {
      draw(moved(view.current, event.clientX - was.x, event.clientY - was.y, sizes()));
    } else if (from.current.alone && event.pointerType !== "mouse") {
      // The picture follows the finger.
      draw(WHOLE, { x: event.clientX - from.current.x, y: Math.max(0, event.clientY - from.current.y) });
    }
  };
  const onPointerUp = (event: PointerEvent): void => {
    if (!fingers.current.delete(event.pointerId)) return;
    const { x, y, at, alone, beside } = from.current;
    const [dx, dy] = [event.clientX - x, event.clientY - y];
    if (!alone || view.current.scale > 1 || event.type !== "pointerup") {
      if (fingers.current.size > 0) from.current = { ...from.current, alone: false };
      return;
    }
    if (beside && Math.hypot(dx, dy) < TAP) {
      latest.current.swiped("close");
      return;
    }
    if (event.pointerType === "mouse") return;
    settle(true);
    draw(WHOLE);
    const way = swipeOf(dx, dy, event.timeStamp - at);
    if (way !== null) latest.current.swiped(way);
  };
  const onDblClick = (event: MouseEvent): void => {
    settle(true);
    const next = view.current.scale > 1 ? 1 : CLOSE_SCALE;
    draw(zoomed(view.current, next, fromMiddle({ x: event.clientX, y: event.clientY }), sizes()));
  };

  return {
    stage,
    scale,
    /** Closer by a factor, about the middle; 0: whole again. */
    zoom(by: number): void {
      settle(true);
      draw(by === 0 ? WHOLE : zoomed(view.current, view.current.scale * by, { x: 0, y: 0 }, sizes()));
    },
    handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: onPointerUp, onDblClick },
  };
}
