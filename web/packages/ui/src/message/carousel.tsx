/** Cards beside each other: swiped, turned by buttons, or walked through with the keyboard. */
import { ArrowUpRight, ChevronLeft, ChevronRight } from "lucide-preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { cx } from "../dom.ts";
import { RichText } from "./rich.tsx";
import type { Card, CarouselContent } from "./shapes.ts";
import type { Words } from "./words.ts";

function OneCard({ card, words }: { card: Card; words: Words }) {
  const [broken, setBroken] = useState(false);
  return (
    <article class="u-card u-slide" dir="auto">
      {card.image !== null && !broken && (
        <span class="u-slide-image">
          <img
            src={card.image}
            alt=""
            loading="lazy"
            decoding="async"
            draggable={false}
            referrerpolicy="no-referrer"
            onError={() => setBroken(true)}
          />
        </span>
      )}
      <div class="u-slide-words">
        <h3>{card.title}</h3>
        {card.description !== "" && <p>{card.description}</p>}
      </div>
      {card.actions.map(({ label, url }) => (
        <a key={`${label}${url}`} class="u-slide-action" href={url} target="_blank" rel="noopener noreferrer">
          <span>{label}</span>
          <ArrowUpRight class="u-mirror" size={16} strokeWidth={1.75} aria-hidden="true" />
          <span class="u-hidden">{words("new_tab")}</span>
        </a>
      ))}
    </article>
  );
}

/** Which way of the row has more to show. */
interface Ends {
  readonly before: boolean;
  readonly after: boolean;
}

export function Carousel({ content, words }: { content: CarouselContent; words: Words }) {
  const row = useRef<HTMLUListElement>(null);
  const [ends, setEnds] = useState<Ends>({ before: false, after: false });
  const look = (): void => {
    const box = row.current;
    if (!box) return;
    // Where words run from the right, the row scrolls below zero.
    const at = Math.abs(box.scrollLeft);
    const next = { before: at > 4, after: at < box.scrollWidth - box.clientWidth - 4 };
    setEnds((now) => (now.before === next.before && now.after === next.after ? now : next));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at when its size or its cards change
  useEffect(() => {
    const box = row.current;
    if (!box) return;
    const observer = new ResizeObserver(look);
    observer.observe(box);
    return () => observer.disconnect();
  }, [content.cards.length]);
  const turn = (by: 1 | -1): void => {
    const box = row.current;
    const step = box?.firstElementChild?.getBoundingClientRect().width ?? 0;
    const way = box && getComputedStyle(box).direction === "rtl" ? -by : by;
    const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    box?.scrollBy({ left: way * (step + 8), behavior: smooth ? "smooth" : "auto" });
  };
  const soft = cx("u-row", ends.before && "u-row-before", ends.after && "u-row-after");
  return (
    <section class="u-carousel" aria-label={words("carousel")}>
      {content.text !== "" && (
        <div class="u-card u-carousel-text" dir="auto">
          <RichText text={content.text} />
        </div>
      )}
      <div class="u-row-box">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the row scrolls, and the keyboard must be able to scroll it */}
        <ul ref={row} class={soft} tabIndex={0} aria-label={words("carousel")} onScroll={look}>
          {content.cards.map((card, index) => (
            <li key={index} aria-label={words("place", { index: index + 1, count: content.cards.length })}>
              <OneCard card={card} words={words} />
            </li>
          ))}
        </ul>
        {ends.before && (
          <button
            type="button"
            class="u-turn u-turn-before"
            aria-label={words("previous_card")}
            onClick={() => turn(-1)}
          >
            <ChevronLeft class="u-mirror" size={18} strokeWidth={2} aria-hidden="true" />
          </button>
        )}
        {ends.after && (
          <button type="button" class="u-turn u-turn-after" aria-label={words("next_card")} onClick={() => turn(1)}>
            <ChevronRight class="u-mirror" size={18} strokeWidth={2} aria-hidden="true" />
          </button>
        )}
      </div>
    </section>
  );
}
