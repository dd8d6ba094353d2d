/** Tells a list's style at which of its edges something is hidden, so that nothing is cut without a sign. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect } from "preact/hooks";

/** The room around the rows hides nothing. */
const ROOM = 3;

const mark = (list: HTMLElement): void => {
  const { scrollTop, scrollHeight, clientHeight } = list;
  list.toggleAttribute("data-above", scrollTop > ROOM);
  list.toggleAttribute("data-below", scrollHeight - clientHeight - scrollTop > ROOM);
};

/** Keeps `data-above` and `data-below` of a list that scrolls, and is `there` while something is in it. */
export function useEdges(list: RefObject<HTMLElement | null>, there: boolean): void {
  // Whatever is drawn anew may be taller than it was.
  useLayoutEffect(() => {
    if (list.current) mark(list.current);
  });
  useEffect(() => {
    const { current } = list;
    if (!there || !current) return;
    const look = (): void => mark(current);
    const watch = new ResizeObserver(look);
    watch.observe(current);
    current.addEventListener("scroll", look, { passive: true });
    return () => {
      watch.disconnect();
      current.removeEventListener("scroll", look);
    };
  }, [list, there]);
}
