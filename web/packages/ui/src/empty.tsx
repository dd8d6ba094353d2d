import type { ComponentChildren } from "preact";

/** The line drawings of empty states. */
const DRAWINGS = {
  /** A cup and a clear desk: nothing waits. */
  calm: (
    <>
      <path d="M14 78h92" />
      <path d="M40 46h32v18a12 12 0 0 1-12 12h-8a12 12 0 0 1-12-12z" />
      <path d="M72 50h5a7 7 0 0 1 0 14h-5" />
      <path class="ui-draw-accent" d="M50 36c-4-5 4-7 0-13M61 36c-4-5 4-7 0-13" />
      <path d="M88 76c0-8 6-8 6-16m0 16c0-8-7-9-7-14m7 6c0-5 6-6 6-11" />
    </>
  ),
  /** Two speech bubbles. */
  thread: (
    <>
      <path d="M22 30a8 8 0 0 1 8-8h40a8 8 0 0 1 8 8v20a8 8 0 0 1-8 8H44L32 68V58h-2a8 8 0 0 1-8-8z" />
      <path class="ui-draw-accent" d="M34 36h30M34 45h18" />
      <path d="M86 42h4a8 8 0 0 1 8 8v18a8 8 0 0 1-8 8h-2v9l-11-9H62a8 8 0 0 1-8-8" />
    </>
  ),
  /** A glass over lines of text. */
  search: (
    <>
      <path d="M22 30h34M22 42h22M22 54h18M22 66h26" />
      <circle cx="72" cy="50" r="20" />
      <path d="m87 65 14 14" />
      <path class="ui-draw-accent" d="M62 48a11 11 0 0 1 10-9" />
    </>
  ),
  /** Faces around a table. */
  people: (
    <>
      <circle cx="44" cy="40" r="12" />
      <path d="M22 80c0-14 9-22 22-22s22 8 22 22" />
      <circle class="ui-draw-accent" cx="80" cy="46" r="9" />
      <path d="M76 62c12-2 22 5 22 18" />
    </>
  ),
  /** A window with a launcher in its corner. */
  widget: (
    <>
      <rect x="18" y="20" width="84" height="60" rx="7" />
      <path d="M18 34h84M26 27h.01M33 27h.01M40 27h.01" />
      <path d="M30 46h26M30 55h34M30 64h18" />
      <circle class="ui-draw-accent" cx="86" cy="65" r="9" />
      <path class="ui-draw-accent" d="M82 65h8" />
    </>
  ),
  /** A key on its ring. */
  key: (
    <>
      <circle cx="44" cy="50" r="18" />
      <circle class="ui-draw-accent" cx="44" cy="50" r="6" />
      <path d="M62 50h40M92 50v12M80 50v9" />
    </>
  ),
  /** A sheet with ticks. */
  list: (
    <>
      <path d="M34 18h52a6 6 0 0 1 6 6v52a6 6 0 0 1-6 6H34a6 6 0 0 1-6-6V24a6 6 0 0 1 6-6z" />
      <path d="M56 38h24M56 52h24M56 66h14" />
      <path class="ui-draw-accent" d="m38 38 4 4 6-7M38 52l4 4 6-7" />
      <path d="M38 66h8" />
    </>
  ),
  /** A speech bubble that gives two stars of three. */
  stars: (
    <>
      <path d="M18 26a8 8 0 0 1 8-8h68a8 8 0 0 1 8 8v34a8 8 0 0 1-8 8H56L42 82V68H26a8 8 0 0 1-8-8z" />
      <path
        class="ui-draw-accent"
        d="M36 35L38.3 40.8L44.6 41.2L39.7 45.2L41.3 51.3L36 47.9L30.7 51.3L32.3 45.2L27.4 41.2L33.7 40.8zM60 35L62.3 40.8L68.6 41.2L63.7 45.2L65.3 51.3L60 47.9L54.7 51.3L56.3 45.2L51.4 41.2L57.7 40.8z"
      />
      <path d="M84 35L86.3 40.8L92.6 41.2L87.7 45.2L89.3 51.3L84 47.9L78.7 51.3L80.3 45.2L75.4 41.2L81.7 40.8z" />
    </>
  ),
  /** A hook on its line, and what it holds. */
  hook: (
    <>
      <circle cx="60" cy="22" r="7" />
      <path d="M60 29v29a14 14 0 1 1-28 0v-5" />
      <path d="m25 60 7-8 7 8" />
      <path class="ui-draw-accent" d="M76 40h22M76 50h15M76 60h19" />
      <path d="M20 84h80" />
    </>
  ),
  /** A plug out of its socket: something did not work. */
  broken: (
    <>
      <path d="M16 66h20c8 0 10-6 10-14" />
      <path d="M38 38h16v8a8 8 0 0 1-16 0zM42 38v-9M50 38v-9" />
      <path d="M104 66H88c-8 0-12-4-12-12" />
      <rect x="67" y="34" width="18" height="18" rx="5" />
      <path class="ui-draw-accent" d="M60 20v-6M66 22l4-5M54 22l-4-5" />
    </>
  ),
} as const;

export type Drawing = keyof typeof DRAWINGS;

/** Nothing here yet: one drawing, one sentence, one action. */
export function Empty({
  drawing,
  title,
  text,
  action,
}: {
  drawing: Drawing;
  title: string;
  text?: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class="ui-empty">
      <svg viewBox="0 0 120 96" width="120" height="96" aria-hidden="true" class="ui-drawing">
        {DRAWINGS[drawing]}
      </svg>
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {action}
    </div>
  );
}
