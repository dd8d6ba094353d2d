/** Moving a row of a list with the pointer: the others make room while it is held, and it is set down at the end. */
import { useEffect, useRef, useState } from "preact/hooks";

export interface Drag {
  readonly from: number;
  readonly to: number;
  /** How far each row is pushed, in pixels. */
  readonly shifts: readonly number[];
}

interface Box {
  readonly top: number;
  readonly height: number;
}

/** Where a row of `boxes` would land that was pulled `by` pixels, and what the others do meanwhile. */
export function dragged(boxes: readonly Box[], from: number, by: number): Drag {
  const held = boxes[from];
  if (!held) return { from, to: from, shifts: [] };
  const middle = held.top + held.height / 2 + by;
  const below = boxes.filter((box, index) => index !== from && box.top + box.height / 2 < middle);
  const to = below.length;
  const gap = boxes[from + 1] ?? boxes[from - 1];
  const step = gap ? Math.abs(gap.top - held.top) - (gap.top > held.top ? 0 : gap.height - held.height) : held.height;
  const shifts = boxes.map((_, index) => {
    if (index === from) return by;
    if (index > from && index <= to) return -step;
    return index < from && index >= to ? step : 0;
  });
  return { from, to, shifts };
}

const START_PX = 4;

/** Gives the list its ref, the handles their pointer-down, and what is being dragged. `onMove` is told once, at the end. */
export function useDrag(onMove: (from: number, to: number) => void, onStart: () => void) {
  const list = useRef<HTMLOListElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => () => stop.current(), []);
  const onHandleDown = (from: number, event: PointerEvent) => {
    if (event.button !== 0) return;
    let begin = event.clientY;
    let started = false;
    let boxes: Box[] | null = null;
    let now: Drag | null = null;
    // What is open closes first: rows are measured as they lie while one of them is held.
    const start = (moving: PointerEvent) => {
      started = true;
      onStart();
      requestAnimationFrame(() => {
        begin = moving.clientY;
        boxes = [...(list.current?.children ?? [])].map((row) => row.getBoundingClientRect());
      });
    };
    const follow = (moving: PointerEvent) => {
      if (!started && Math.abs(moving.clientY - begin) >= START_PX) start(moving);
      if (boxes === null) return;
      now = dragged(boxes, from, moving.clientY - begin);
      setDrag(now);
    };
    const end = (done: boolean) => {
      stop.current();
      setDrag(null);
      if (done && now && now.to !== from) onMove(from, now.to);
    };
    const drop = () => end(true);
    const cancel = () => end(false);
    const onKey = (pressed: KeyboardEvent) => {
      if (pressed.key === "Escape") cancel();
    };
    stop.current = () => {
      removeEventListener("pointermove", follow);
      removeEventListener("pointerup", drop);
      removeEventListener("pointercancel", cancel);
      removeEventListener("keydown", onKey);
    };
    addEventListener("pointermove", follow);
    addEventListener("pointerup", drop);
    addEventListener("pointercancel", cancel);
    addEventListener("keydown", onKey);
  };
  return { list, drag, onHandleDown };
}
