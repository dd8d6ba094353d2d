/** Search over everything that was said. A hit leads to its message. */
import { Avatar, Bone, Button, Empty, TextField } from "@halloo/ui";
import { Contact, MessageSquare, Search } from "lucide-preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { keys } from "../data/keys.ts";
import { grow, searchQuery } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import type { SearchHit } from "../data/types.ts";
import { formatAgo, t } from "../i18n.ts";
import { go, type Route } from "../router.ts";
import { Link } from "../shell/link.tsx";
import { useSettled } from "../shell/use.ts";
import { markedParts } from "./marks.ts";

export function SearchPage({ q }: { q: string }) {
  const [text, setText] = useState(q);
  const settled = useSettled(text, 180);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const query = useQuery(searchQuery(settled.trim()));
  useLayoutEffect(() => field.current?.focus(), []);
  /** What the address holds because it was typed here; only another one comes from outside and is taken over. */
  const told = useRef(q);
  useEffect(() => {
    if (q === told.current) return;
    told.current = q;
    setText(q);
  }, [q]);
  useEffect(() => {
    told.current = settled.trim();
    go({ page: "search", q: told.current }, true);
  }, [settled]);
  const hits = query.data?.items ?? [];
  const move = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = [...(list.current?.querySelectorAll("a") ?? [])];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    event.preventDefault();
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    if (next < 0) field.current?.focus();
    else links[next]?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the field and the hits inside
    <section class="in-page" onKeyDown={move}>
      <header class="in-page-head">
        <h1>{t("search")}</h1>
      </header>
      <div class="in-search-field">
        <TextField
          label={t("search_everything")}
          quiet
          type="search"
          autocomplete="off"
          spellcheck={false}
          placeholder={t("search_placeholder")}
          icon={<Search size={18} />}
          inputRef={field}
          value={text}
          onValue={setText}
          maxLength={200}
        />
      </div>
      <div class="in-page-scroll" aria-live="polite" aria-busy={query.isFetching ? "true" : "false"}>
        <Results
          query={settled.trim()}
          pending={query.isPending}
          broken={query.isError}
          hits={hits}
          list={list}
          again={() => void query.refetch()}
        />
        {query.data?.next && (
          <div class="in-more">
            <Button onClick={() => void grow<SearchHit>(keys.search(settled.trim()), "/search", { q: settled.trim() })}>
              {t("show_more")}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

function Results(props: {
  query: string;
  pending: boolean;
  broken: boolean;
  hits: readonly SearchHit[];
  list: { current: HTMLUListElement | null };
  again: () => void;
}) {
  const { query, pending, broken, hits, list, again } = props;
  if (query === "") return <Empty drawing="search" title={t("search_begin")} text={t("search_begin_text")} />;
  if (broken)
    return (
      <Empty drawing="broken" title={t("search_broken")} action={<Button onClick={again}>{t("try_again")}</Button>} />
    );
  if (pending) {
    return (
      <div class="in-hits" aria-hidden="true">
        {[70, 55, 80, 62].map((width) => (
          <div key={width} class="in-hit-bones">
            <Bone width={30} />
            <Bone width={width} />
          </div>
        ))}
      </div>
    );
  }
  if (hits.length === 0)
    return <Empty drawing="search" title={t("search_nothing", { query })} text={t("search_nothing_text")} />;
  return (
    <ul class="in-hits" ref={list}>
      {hits.map((hit) => (
        <li key={`${hit.kind}${hit.conversation_id}${hit.contact_id}${hit.fingerprint}`}>
          <Hit hit={hit} />
        </li>
      ))}
    </ul>
  );
}

function target(hit: SearchHit): Route {
  if (hit.kind === "contacts" && hit.contact_id) return { page: "contacts", id: hit.contact_id };
  return { page: "inbox", state: "open", whose: "all", id: hit.conversation_id, at: hit.fingerprint };
}

function Hit({ hit }: { hit: SearchHit }) {
  return (
    <Link to={target(hit)} class="in-hit">
      <Avatar id={hit.contact_id ?? hit.conversation_id ?? hit.title} name={hit.title} size={32} />
      <span class="in-hit-words">
        <span class="in-hit-top">
          <strong dir="auto">{hit.title || t("visitor")}</strong>
          <span class="in-hit-kind">
            {hit.kind === "contacts" ? <Contact size={12} /> : <MessageSquare size={12} />}
            {t(`kind_${hit.kind}`)}
          </span>
          <time dateTime={hit.at}>{formatAgo(Date.parse(hit.at))}</time>
        </span>
        <span class="in-hit-text" dir="auto">
          {markedParts(hit.excerpt, hit.marks).map((part, index) =>
            part.marked ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>,
          )}
        </span>
      </span>
    </Link>
  );
}
