/** Where a thread is scrolled to, and what that says: the end is held, the past loads, what is seen is read. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { markRead } from "../data/actions.ts";
import { loadNewer, loadOlder } from "../data/queries.ts";
import type { ConversationRow, Talk } from "../data/types.ts";

const NEAR = 80;
/** So long after the last movement the day still floats over what is read. */
const MOVING_MS = 900;

/** Marks an element while it scrolls. */
function useMoving() {
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback((box: HTMLElement) => {
    box.dataset.moving = "";
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => delete box.dataset.moving, MOVING_MS);
  }, []);
}

/** Keeps the end in sight, holds the place while older messages come, and finds the message of a jump. */
export function useScroll(id: string, talk: Talk, at: number | null, pieces: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(at === null);
  const stick = useRef(at === null);
  const height = useRef(0);
  const busy = useRef(false);
  const top = useRef(0);
  const moved = useMoving();
  const first = talk.thread.messages[0]?.fingerprint;
  const firstBefore = useRef(first);
  const last = talk.thread.messages.at(-1);
  const [seen, setSeen] = useState(last?.fingerprint ?? 0);
  const toEnd = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    stick.current = true;
    const near = box.scrollHeight - box.scrollTop < 3 * box.clientHeight;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    box.scrollTo({ top: box.scrollHeight, behavior: near && !calm ? "smooth" : "auto" });
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when what is drawn changes
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    if (stick.current) box.scrollTop = box.scrollHeight;
    else if (first !== firstBefore.current) box.scrollTop += box.scrollHeight - height.current;
    firstBefore.current = first;
    height.current = box.scrollHeight;
  }, [pieces, first, talk]);
  useLayoutEffect(() => {
    const found = at === null ? null : scroller.current?.querySelector(`[data-fingerprint="${at}"]`);
    if (!found) return;
    stick.current = false;
    found.scrollIntoView({ block: "center" });
    found.classList.add("in-found");
    const timer = setTimeout(() => found.classList.remove("in-found"), 2400);
    return () => clearTimeout(timer);
  }, [at]);
  useEffect(() => {
    const box = scroller.current;
    if (!box || typeof ResizeObserver === "undefined") return;
    const watch = new ResizeObserver(() => {
      if (stick.current) box.scrollTop = box.scrollHeight;
    });
    watch.observe(box);
    // What is said grows too: a player, a preview and a picture's failure come after their message.
    const watchAll = () => {
      for (const inside of box.children) watch.observe(inside);
    };
    watchAll();
    const more = new MutationObserver(watchAll);
    more.observe(box, { childList: true });
    return () => {
      more.disconnect();
      watch.disconnect();
    };
  }, []);
  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    moved(box);
    const back = box.scrollTop < top.current;
    top.current = box.scrollTop;
    // What grew before this was told moved the end away, and not the reader: only who scrolls back leaves it.
    const near = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR || (stick.current && !back);
    const end = near && !talk.hasNewer;
    stick.current = end;
    setAtEnd(end);
    if (end) setSeen(last?.fingerprint ?? 0);
    const load =
      box.scrollTop < 240 && talk.hasOlder
        ? loadOlder
        : talk.hasNewer && box.scrollHeight - box.scrollTop - box.clientHeight < 240
          ? loadNewer
          : null;
    if (load && !busy.current) {
      busy.current = true;
      height.current = box.scrollHeight;
      load(id).finally(() => {
        busy.current = false;
      });
    }
  };
  // A page that does not fill the screen has no scrolling that would ask for more.
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks again when what is drawn changes
  useEffect(() => {
    const box = scroller.current;
    if (box && box.scrollHeight <= box.clientHeight + 240 && talk.hasOlder && !busy.current) onScroll();
  }, [pieces]);
  const fresh = atEnd
    ? 0
    : talk.thread.messages.filter((message) => message.fingerprint > seen && message.from === "user").length;
  return { scroller, atEnd, fresh, toEnd, onScroll };
}

/** Says that the visitor's messages were read while they are on the screen of somebody who looks. */
export function useReading(row: ConversationRow, talk: Talk, atEnd: boolean): void {
  const { id, unread, last_seq } = row;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message asks again
  useEffect(() => {
    if (!atEnd || talk.hasNewer || unread === 0) return;
    const look = () => {
      if (document.visibilityState === "visible" && document.hasFocus()) markRead(id);
    };
    const timer = setTimeout(look, 350);
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [id, unread, last_seq, atEnd, talk.hasNewer]);
}
