/** Who is on the site: a table that stays quick with thousands, and one visitor opened beside it. */
import { Bone, Button, Chip, cx, Empty, IconButton, Menu, Picker, TextField } from "@halloo/ui";
import { ArrowDownWideNarrow, ArrowUp, ChevronDown, FileText, Globe, Search } from "lucide-preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useCan } from "../data/queries.ts";
import { useStore } from "../data/store.ts";
import { countryName, formatNumber, t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { line } from "../live/live.ts";
import { go } from "../router.ts";
import { useDown } from "../shell/line-state.tsx";
import { useNarrow, useSettled } from "../shell/use.ts";
import { liveVisitors, openVisitors, readVisitors } from "./live-visitors.ts";
import {
  type All,
  arrange,
  EVERYBODY,
  flagOf,
  isFiltered,
  placeOf,
  type Rows,
  SORTS,
  type Sort,
  standStill,
  tally,
  type Wish,
} from "./model.ts";
import { OneVisitor } from "./one-visitor.tsx";
import { VisitorTable } from "./visitor-table.tsx";

const CHOICES = 50;

export function VisitorsPage({ id }: { id: string | null }) {
  const [wish, setWish] = useState<Wish>(EVERYBODY);
  const [held, setHeld] = useState(false);
  const { phase, all } = useStore(liveVisitors);
  const narrow = useNarrow();
  useEffect(openVisitors, []);
  const text = useSettled(wish.text, 120);
  const { country, page, sort } = wish;
  const wanted = useMemo(() => ({ text, country, page, sort }), [text, country, page, sort]);
  const [shown, release, epoch] = useRows(all, wanted, held);
  const places = usePlaces(all);
  return (
    <div class="in-split">
      {(!narrow || id === null) && (
        <section class="in-page in-visitors" aria-label={t("visitors")}>
          <Head all={all} places={places} wish={wish} onWish={setWish} fresh={shown.fresh} onRelease={release} />
          {phase === "loading" ? (
            <Bones />
          ) : phase === "failed" ? (
            <Middle>
              <Empty
                drawing="broken"
                title={t("list_broken")}
                action={<Button onClick={() => void readVisitors()}>{t("try_again")}</Button>}
              />
            </Middle>
          ) : shown.rows.length === 0 ? (
            <Middle>
              {isFiltered(wanted) ? (
                <Empty
                  drawing="search"
                  title={t("visitors_none_fit")}
                  action={<Button onClick={() => setWish({ ...EVERYBODY, sort })}>{t("show_all")}</Button>}
                />
              ) : (
                <Nobody />
              )}
            </Middle>
          ) : (
            <VisitorTable key={epoch} rows={shown.rows} places={places} on={id} onHold={setHeld} />
          )}
        </section>
      )}
      {id !== null && <OneVisitor key={id} id={id} visitor={all.get(id)} ready={phase === "ready"} />}
    </div>
  );
}

/** Whether the server knows countries: then they stay, also while nobody has one. */
function usePlaces(all: All): boolean {
  const known = useRef(false);
  known.current ||= [...all.values()].some(({ country }) => country);
  return known.current;
}

/** The rows; while they are held none comes, goes or changes its place. `release` lets them in once: the table begins at its top. */
function useRows(all: All, wish: Wish, held: boolean): [Rows, () => void, number] {
  const before = useRef<{ rows: Rows; wish: Wish } | null>(null);
  const [turn, setTurn] = useState(0);
  const stands = held && before.current?.wish === wish && before.current.rows.rows.length > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks for a new arrangement
  const rows = useMemo(
    () => (stands && before.current ? standStill(before.current.rows, all, wish) : arrange(all, wish)),
    [all, wish, stands, turn],
  );
  before.current = { rows, wish };
  const release = () => {
    before.current = null;
    setTurn((n) => n + 1);
  };
  return [rows, release, turn];
}

function Middle({ children }: { children: preact.ComponentChildren }) {
  return <div class="in-middle in-visitors-middle">{children}</div>;
}

/** The empty state says how to get visitors. */
function Nobody() {
  const may = useCan("web_widgets:manage");
  return (
    <Empty
      drawing="people"
      title={t("visitors_none")}
      text={t("visitors_none_text")}
      action={
        may && (
          <Button onClick={() => go({ page: "widgets", id: null, section: "look" })}>
            {t("visitors_none_action")}
          </Button>
        )
      }
    />
  );
}

interface HeadProps {
  all: All;
  places: boolean;
  wish: Wish;
  onWish: (wish: Wish) => void;
  fresh: number;
  onRelease: () => void;
}

function Head({ all, places, wish, onWish, fresh, onRelease }: HeadProps) {
  const search = useRef<HTMLInputElement>(null);
  const down = useDown(useStore(line));
  useCommands([
    {
      id: "find-visitor",
      section: "list",
      label: t("visitors_search"),
      keys: "f",
      icon: <Search size={16} />,
      run: () => search.current?.focus(),
    },
  ]);
  return (
    <header class="in-visitors-head">
      <div class="in-visitors-title">
        <h1>{t("visitors")}</h1>
        {all.size > 0 && (
          <span class={cx("in-visitors-live", down && "in-visitors-old")}>
            <span class="in-pulse" aria-hidden="true" />
            {t("visitors_count", { count: all.size })}
          </span>
        )}
        {fresh > 0 && (
          <button type="button" class="in-visitors-fresh" onClick={onRelease}>
            <ArrowUp size={14} />
            {t("visitors_fresh", { count: fresh })}
          </button>
        )}
        <span class="in-one-gap" />
        <SortMenu sort={wish.sort} onSort={(sort) => onWish({ ...wish, sort })} />
      </div>
      {(all.size > 0 || isFiltered(wish)) && (
        <div class="in-visitors-tools">
          <TextField
            label={t("visitors_search")}
            quiet
            type="search"
            autocomplete="off"
            spellcheck={false}
            placeholder={t("visitors_search")}
            icon={<Search size={18} />}
            inputRef={search}
            value={wish.text}
            onValue={(text) => onWish({ ...wish, text })}
            onKeyDown={(event) => {
              if (event.key === "Escape") event.currentTarget.blur();
            }}
          />
          <Filters all={all} places={places} wish={wish} onWish={onWish} />
        </div>
      )}
    </header>
  );
}

function SortMenu({ sort, onSort }: { sort: Sort; onSort: (sort: Sort) => void }) {
  return (
    <Menu
      label={t("order_by")}
      placement="bottom-end"
      items={[
        { kind: "heading", label: t("order_by") },
        ...SORTS.map((id) => ({
          kind: "item" as const,
          id,
          label: t(`visitors_sort_${id}`),
          checked: id === sort,
          onSelect: () => onSort(id),
        })),
      ]}
      trigger={(props) => <IconButton {...props} label={t("order_by")} icon={<ArrowDownWideNarrow size={18} />} />}
    />
  );
}

/** By country and by page, each with how many are there. */
function Filters({ all, places, wish, onWish }: Pick<HeadProps, "all" | "places" | "wish" | "onWish">) {
  const [open, setOpen] = useState<"country" | "page" | null>(null);
  const countries = useMemo(() => (open === "country" ? tally(all, (one) => one.country, 250) : []), [open, all]);
  const pages = useMemo(() => (open === "page" ? tally(all, placeOf, CHOICES) : []), [open, all]);
  const hint = (count: number) => formatNumber(count);
  return (
    <div class="in-visitors-filters">
      {places && (
        <Choice
          icon={<Globe size={14} />}
          label={t("visitors_country")}
          chosen={wish.country}
          words={wish.country === null ? null : countryName(wish.country)}
          options={countries.map(({ id, count }) => ({
            id,
            label: countryName(id),
            icon: <span class="in-flag">{flagOf(id)}</span>,
            hint: hint(count),
          }))}
          open={open === "country"}
          onOpen={(on) => setOpen(on ? "country" : null)}
          onPick={(country) => onWish({ ...wish, country })}
        />
      )}
      <Choice
        icon={<FileText size={14} />}
        label={t("visitors_page")}
        chosen={wish.page}
        words={wish.page}
        options={pages.map(({ id, count }) => ({ id, label: id, hint: hint(count) }))}
        open={open === "page"}
        onOpen={(on) => setOpen(on ? "page" : null)}
        onPick={(page) => onWish({ ...wish, page })}
      />
    </div>
  );
}

function Choice({
  icon,
  label,
  chosen,
  words,
  options,
  open,
  onOpen,
  onPick,
}: {
  icon: preact.ComponentChildren;
  label: string;
  chosen: string | null;
  words: string | null;
  options: readonly { id: string; label: string; hint: string; icon?: preact.ComponentChildren }[];
  open: boolean;
  onOpen: (open: boolean) => void;
  onPick: (id: string | null) => void;
}) {
  if (chosen !== null) {
    return (
      <Chip removeLabel={t("remove_named", { name: words ?? "" })} onRemove={() => onPick(null)}>
        {icon}
        <bdi>{words}</bdi>
      </Chip>
    );
  }
  return (
    <Picker
      label={label}
      options={options}
      chosen={[]}
      search={t("search")}
      empty={t("nothing_found")}
      open={open}
      onOpen={onOpen}
      onPick={onPick}
      trigger={({ ref, ...props }) => (
        <button {...props} ref={ref} type="button" class={cx("ui-chip", "in-visitors-choice")}>
          {icon}
          {label}
          <ChevronDown size={14} />
        </button>
      )}
    />
  );
}

function Bones() {
  return (
    <div class="in-table-bones" aria-hidden="true">
      {[44, 60, 38, 52, 47, 63, 41].map((width) => (
        <div key={width}>
          <Bone height={32} round />
          <Bone width={width / 3} />
          <Bone width={width / 2} />
          <Bone width={8} />
          <Bone width={12} />
        </div>
      ))}
    </div>
  );
}
