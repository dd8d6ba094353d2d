/** Small hooks of the shell. */
import { type ComponentType, h } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** Whether a media query holds. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const check = () => setHolds(list.matches);
    check();
    list.addEventListener("change", check);
    return () => list.removeEventListener("change", check);
  }, [query]);
  return holds;
}

/** Four zones side by side. */
export const useWide = (): boolean => useMedia("(min-width: 1100px)");
/** One zone at a time. */
export const useNarrow = (): boolean => useMedia("(max-width: 699.98px)");

/** The time, told again every `ms`. */
export function useNow(ms = 30_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), ms);
    return () => clearInterval(timer);
  }, [ms]);
  return now;
}

/** A value that settles `ms` after its last change. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(() => value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** On a phone the sections are one row: the open one is brought into view. */
export function useShownSection(section: string) {
  const nav = useRef<HTMLUListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another section is another place in the row
  useEffect(() => {
    const link = nav.current?.querySelector<HTMLElement>('[aria-current="page"]');
    if (nav.current && link) nav.current.scrollLeft += middleOf(link) - middleOf(nav.current);
  }, [section]);
  return nav;
}

function middleOf(element: HTMLElement): number {
  const { left, width } = element.getBoundingClientRect();
  return left + width / 2;
}

/** How wide an element is, for what is drawn to measure. */
export function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || typeof ResizeObserver === "undefined") return;
    const sizes = new ResizeObserver(() => setWidth(Math.max(240, element.clientWidth)));
    sizes.observe(element);
    setWidth(Math.max(240, element.clientWidth));
    return () => sizes.disconnect();
  }, []);
  return { box, width };
}

/** A component that is fetched when it is first shown. */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  waiting: ComponentType,
): ComponentType<Props> {
  let known: ComponentType<Props> | null = null;
  return function Later(props: Props) {
    const [part, setPart] = useState<ComponentType<Props> | null>(() => known);
    useEffect(() => {
      if (part) return;
      let here = true;
      load().then(
        (loaded) => {
          known = loaded;
          if (here) setPart(() => loaded);
        },
        () => location.reload(),
      );
      return () => {
        here = false;
      };
    }, [part]);
    return part ? h(part, props as Props & { key?: never }) : h(waiting, {});
  };
}
