/** The table of live visitors: only the rows in sight are drawn, and of those only the ones that changed. */
import { Avatar, cx } from "@halloo/ui";
import { Globe, MessageCircle, Monitor, Smartphone, Tablet } from "lucide-preact";
import { Component, type ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LiveVisitor } from "../data/types.ts";
import { countryName, language, t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { go } from "../router.ts";
import { Link } from "../shell/link.tsx";
import { useVirtual } from "../shell/virtual.ts";
import { safeUrl, shortUrl } from "../thread/names.ts";
import { flagOf, type Row } from "./model.ts";
import { nameOf, OnPage, sourceName } from "./words.tsx";

const ROW = 56;
/** Who leaves the rows may be on the way to the button that lets the new ones in. */
const LEAVE_MS = 2_000;
const DEVICES = { desktop: Monitor, mobile: Smartphone, tablet: Tablet, other: Globe } as const;

/** The columns, as many as there is room for; on a phone the first says everything but the time. */
const COLUMNS = ["who", "page", "time", "source", "country", "device"] as const;
type Column = (typeof COLUMNS)[number];
const PHONE: readonly Column[] = ["who", "time"];
/** Below so many pixels these go, too. Without a file of countries there is no such column. */
const ROOM: readonly [number, Column][] = [
  [1060, "device"],
  [860, "source"],
  [660, "country"],
];
const ROOM_WITHOUT_PLACES: readonly [number, Column][] = [
  [860, "device"],
  [660, "source"],
  [Number.POSITIVE_INFINITY, "country"],
];

const columnsFor = (width: number, places: boolean): readonly Column[] => {
  if (width < 500) return PHONE;
  const room = places ? ROOM : ROOM_WITHOUT_PLACES;
  const gone = room.filter(([least]) => width < least).map(([, column]) => column);
  return COLUMNS.filter((column) => !gone.includes(column));
};

interface TableProps {
  rows: readonly Row[];
  /** Whether countries are known. */
  places: boolean;
  on: string | null;
  onHold: (held: boolean) => void;
}

export function VisitorTable({ rows, places, on, onHold }: TableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const columns = useColumns(scroller, places);
  const [at, setAt] = useState<string | null>(on);
  // Keys may be faster than the next drawing.
  const cursor = useRef(at);
  const virtual = useVirtual({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => rows[index]?.visitor.visitor_id ?? index,
    overscan: 8,
  });
  useHold(scroller, onHold);
  const moveTo = (index: number, focus: boolean) => {
    const next = rows[index]?.visitor.visitor_id;
    if (next === undefined) return;
    cursor.current = next;
    setAt(next);
    virtual.scrollToIndex(index, { align: "auto" });
    if (focus) requestAnimationFrame(() => rowLink(scroller.current, next)?.focus({ preventScroll: true }));
    if (on !== null) go({ page: "visitors", id: next }, true);
  };
  const step = (by: number, focus = false) => {
    const now = rows.findIndex(({ visitor }) => visitor.visitor_id === cursor.current);
    moveTo(now < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, now + by)), focus);
  };
  useCommands([
    { id: "next", section: "list", label: t("visitors_next"), keys: "j", run: () => step(1) },
    { id: "previous", section: "list", label: t("visitors_previous"), keys: "k", run: () => step(-1) },
    {
      id: "open-visitor",
      section: "list",
      label: t("visitors_open"),
      keys: "Enter",
      hidden: true,
      run: () => cursor.current !== null && go({ page: "visitors", id: cursor.current }),
    },
  ]);
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, () => void> = {
      ArrowDown: () => step(1, true),
      ArrowUp: () => step(-1, true),
      Home: () => moveTo(0, true),
      End: () => moveTo(rows.length - 1, true),
    };
    const move = moves[event.key];
    if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move();
  };
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <section
      ref={scroller}
      class="ui-table-frame in-contacts in-visitors-scroll"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a long table scrolls, and the keyboard must be able to scroll it
      tabIndex={0}
      aria-label={t("visitors")}
      onKeyDown={onKeyDown}
      onFocusIn={({ target }) => {
        const id = (target as HTMLElement).closest<HTMLElement>("[data-visitor]")?.dataset["visitor"];
        if (id === undefined) return;
        cursor.current = id;
        setAt(id);
      }}
    >
      <table class="ui-table in-visitor-table" aria-rowcount={rows.length + 1}>
        <Columns columns={columns} />
        <tbody>
          <Gap height={before} across={columns.length} />
          {items.map(({ index }) => {
            const row = rows[index];
            return (
              row && (
                <VisitorRow
                  key={row.visitor.visitor_id}
                  row={row}
                  index={index}
                  on={row.visitor.visitor_id === on}
                  at={row.visitor.visitor_id === at}
                  columns={columns}
                  speak={language.get()}
                />
              )
            );
          })}
          <Gap height={after} across={columns.length} />
        </tbody>
      </table>
    </section>
  );
}

const rowLink = (within: HTMLElement | null, id: string): HTMLElement | null =>
  within?.querySelector<HTMLElement>(`[data-visitor="${CSS.escape(id)}"] a`) ?? null;

/** Rows stand still while the pointer is over them, while one has the focus, and while the top is out of sight. */
function useHold(scroller: { current: HTMLElement | null }, onHold: (held: boolean) => void): void {
  const hold = useRef(onHold);
  hold.current = onHold;
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    let over = false;
    let leaving: ReturnType<typeof setTimeout> | undefined;
    const check = () => hold.current(over || box.scrollTop > 0 || box.contains(document.activeElement));
    const enter = (event: PointerEvent) => {
      clearTimeout(leaving);
      over = event.pointerType === "mouse";
      check();
    };
    const leave = () => {
      leaving = setTimeout(() => {
        over = false;
        check();
      }, LEAVE_MS);
    };
    box.addEventListener("pointerenter", enter);
    box.addEventListener("pointerleave", leave);
    box.addEventListener("scroll", check, { passive: true });
    box.addEventListener("focusin", check);
    // The focus goes on only after this event.
    const out = () => setTimeout(check);
    box.addEventListener("focusout", out);
    return () => {
      clearTimeout(leaving);
      hold.current(false);
      box.removeEventListener("pointerenter", enter);
      box.removeEventListener("pointerleave", leave);
      box.removeEventListener("scroll", check);
      box.removeEventListener("focusin", check);
      box.removeEventListener("focusout", out);
    };
  }, [scroller]);
}

function useColumns(scroller: { current: HTMLElement | null }, places: boolean): readonly Column[] {
  const [columns, setColumns] = useState<readonly Column[]>(() =>
    columnsFor(innerWidth < 700 ? 0 : innerWidth, places),
  );
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const fit = () => {
      const next = columnsFor(box.clientWidth, places);
      setColumns((now) => (now.join() === next.join() ? now : next));
    };
    fit();
    const sizes = new ResizeObserver(fit);
    sizes.observe(box);
    return () => sizes.disconnect();
  }, [scroller, places]);
  return columns;
}

const HEADS = {
  who: "visitor",
  page: "visitors_page",
  time: "visitors_time",
  source: "visitors_source",
  country: "visitors_country",
  device: "device",
} as const;

function Columns({ columns }: { columns: readonly Column[] }) {
  const phone = columns === PHONE;
  return (
    <>
      <colgroup>
        {columns.map((column) => (
          <col
            key={column}
            class={cx(`in-col-${column}${phone ? "-phone" : ""}`, columns.length < 5 && "in-col-few")}
          />
        ))}
      </colgroup>
      <thead class={phone ? "ui-hidden" : undefined}>
        <tr>
          {columns.map((column) => (
            <th key={column} class={column === "time" ? "in-number" : undefined}>
              {t(HEADS[column])}
            </th>
          ))}
        </tr>
      </thead>
    </>
  );
}

function Gap({ height, across }: { height: number; across: number }) {
  if (height <= 0) return null;
  return (
    <tr>
      <td colSpan={across} class="in-gap" style={{ height: `${height}px` }} />
    </tr>
  );
}

interface RowProps {
  row: Row;
  index: number;
  on: boolean;
  at: boolean;
  columns: readonly Column[];
  /** The language, so that another one draws anew. */
  speak: string;
}

/** One visitor; drawn anew only where something of it changed. */
class VisitorRow extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    return (Object.keys(next) as (keyof RowProps)[]).some((key) => next[key] !== this.props[key]);
  }

  override render({ row, index, on, at, columns }: RowProps): ComponentChildren {
    const { visitor, gone } = row;
    return (
      <tr
        data-visitor={visitor.visitor_id}
        aria-rowindex={index + 2}
        class={cx("in-contact-row in-visitor-row", on && "in-on", at && "in-at", gone && "in-gone")}
      >
        {columns.map((column) => (
          <td key={column} class={column === "time" ? "in-number in-soft" : column === "who" ? undefined : "in-soft"}>
            {column === "who" ? <Who row={row} on={on} phone={columns === PHONE} /> : CELLS[column]({ visitor, gone })}
          </td>
        ))}
      </tr>
    );
  }
}

function Who({ row: { visitor, gone }, on, phone }: { row: Row; on: boolean; phone: boolean }) {
  return (
    <Link
      to={{ page: "visitors", id: visitor.visitor_id }}
      class="in-contact-link in-visitor-link"
      aria-current={on ? "true" : undefined}
    >
      <Avatar
        id={visitor.contact_id ?? visitor.visitor_id}
        name={visitor.name ?? ""}
        src={visitor.avatar}
        size={32}
        presence={gone ? undefined : visitor.state}
      />
      <span class="in-visitor-words">
        <span class="in-visitor-name">
          <bdi>{nameOf(visitor)}</bdi>
          {visitor.conversation_id && (
            <MessageCircle size={13} class="in-visitor-talks" aria-label={t("visitors_talks")} />
          )}
          <span class="ui-hidden">{t(gone ? "visitors_left" : visitor.state)}</span>
        </span>
        <Below visitor={visitor} gone={gone} phone={phone} />
      </span>
    </Link>
  );
}

/** Below the name: what is being typed, that they have left, or (on phones) where they are. */
function Below({ visitor, gone, phone }: { visitor: LiveVisitor; gone: boolean; phone: boolean }) {
  if (gone) return <span class="in-visitor-below">{t("visitors_left")}</span>;
  if (visitor.typing) {
    return (
      <span class="in-visitor-below in-typing-word">
        <span class="in-dots" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        {visitor.typing.excerpt ? <bdi>{visitor.typing.excerpt}</bdi> : t("typing")}
      </span>
    );
  }
  if (!phone) return null;
  const { page, country } = visitor;
  return (
    <span class="in-visitor-below">
      {country && <span class="in-flag">{flagOf(country)}</span>}
      <bdi>{page ? page.title || shortUrl(page.url) : t("visitors_no_page")}</bdi>
    </span>
  );
}

const CELLS: Readonly<
  Record<Exclude<Column, "who">, (of: { visitor: LiveVisitor; gone: boolean }) => ComponentChildren>
> = {
  page: ({ visitor: { page } }) =>
    page ? <Page url={page.url} title={page.title} /> : <span class="in-faint">{t("visitors_no_page")}</span>,
  time: ({ visitor, gone }) => <OnPage visitor={visitor} still={gone} />,
  source: ({ visitor }) => <bdi>{sourceName(visitor.source)}</bdi>,
  country: ({ visitor: { country, city } }) =>
    country && (
      <span data-tip={city ? `${city}, ${countryName(country)}` : undefined}>
        <span class="in-flag" aria-hidden="true">
          {flagOf(country)}
        </span>
        <bdi>{countryName(country)}</bdi>
      </span>
    ),
  device: ({ visitor: { device } }) => {
    const Device = DEVICES[device.kind];
    return (
      <span class="in-visitor-device">
        <Device size={15} />
        <span class="in-visitor-software" dir="auto">
          {[device.browser, device.os].filter(Boolean).join(" · ")}
        </span>
      </span>
    );
  },
};

/** Title above path; the link lies over the row's own. */
function Page({ url, title }: { url: string; title: string }) {
  const href = safeUrl(url);
  const path = shortUrl(url);
  const words = (
    <>
      <span class="in-visitor-title" dir="auto">
        {title || path}
      </span>
      {title && (
        <span class="in-visitor-path" dir="ltr">
          {path}
        </span>
      )}
    </>
  );
  if (href === undefined) return <span class="in-visitor-page">{words}</span>;
  return (
    <a class="in-visitor-page" href={href} target="_blank" rel="noopener noreferrer" tabIndex={-1}>
      {words}
    </a>
  );
}
