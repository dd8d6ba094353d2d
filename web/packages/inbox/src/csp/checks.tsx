/** Each allowed domain with the doctor's last result, and a way to look again. */
import { Bone, Button, Empty, toast } from "@halloo/ui";
import { ChevronRight, RotateCcw } from "lucide-preact";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { useQuery } from "../data/query.ts";
import type { WidgetView } from "../data/types.ts";
import { formatAgo, formatMoment, t } from "../i18n.ts";
import { go } from "../router.ts";
import { Card } from "../settings/card.tsx";
import { ListBroken } from "../shell/list-broken.tsx";
import { useNow } from "../shell/use.ts";
import { checkDomain, checksQuery } from "./queries.ts";
import { Result } from "./result.tsx";
import { stateOf } from "./state.ts";
import type { DomainCheck } from "./types.ts";
import { StateMark, unreadWords, verdictWords } from "./words.tsx";

const stateWords = (row: DomainCheck): string => {
  const state = stateOf(row);
  if (state === "unknown") return t("csp_not_checked");
  return state === "unread" ? unreadWords(row.error ?? "") : verdictWords(state);
};

export function Checks({ widget, may }: { widget: WidgetView; may: boolean }) {
  const query = useQuery(checksQuery(widget.id));
  const now = useNow(30_000);
  return (
    <Card title={t("csp_pages")} text={t("csp_pages_text")}>
      {query.isError && !query.data ? (
        <ListBroken query={query} />
      ) : !query.data ? (
        <div class="in-csp-bones" aria-hidden="true">
          <Bone width={60} />
          <Bone width={45} />
        </div>
      ) : query.data.length === 0 ? (
        <Empty
          drawing="widget"
          title={t("csp_no_domains")}
          text={t("csp_no_domains_text")}
          action={
            <Button onClick={() => go({ page: "widgets", id: widget.id, section: "domains" })}>
              {t("add_domains")}
            </Button>
          }
        />
      ) : (
        <ul class="in-csp-rows" aria-label={t("csp_pages")}>
          {query.data.map((row) => (
            <Row key={row.origin} row={row} widget={widget.id} may={may} now={now} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Row({ row, widget, may, now }: { row: DomainCheck; widget: string; may: boolean; now: number }) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const check = async () => {
    setBusy(true);
    try {
      const done = await checkDomain(widget, row.origin);
      const state = stateOf(done);
      // The sentence about a page that cannot be read names it.
      const text = state === "unread" ? stateWords(done) : `${done.origin}: ${stateWords(done)}`;
      toast({ text, tone: state === "ok" ? "good" : "plain" });
    } catch (error) {
      complain(error);
    } finally {
      setBusy(false);
    }
  };
  const at = row.checked_at === null ? null : Date.parse(row.checked_at);
  return (
    <li>
      <div class="in-csp-row">
        <StateMark state={stateOf(row)} />
        <span class="in-csp-row-words">
          <code dir="ltr">{row.origin}</code>
          <span class="in-soft">
            {stateWords(row)}
            {at !== null && (
              <time class="in-csp-when" dateTime={row.checked_at ?? ""} title={formatMoment(at)}>
                {formatAgo(at, now)}
              </time>
            )}
          </span>
        </span>
        {row.result && (
          <Button
            size="small"
            kind="ghost"
            class="in-csp-toggle"
            icon={<ChevronRight size={16} class="ui-mirror" />}
            aria-expanded={open ? "true" : "false"}
            aria-label={t("csp_details_of", { name: row.origin })}
            onClick={() => setOpen(!open)}
          >
            {t("csp_details")}
          </Button>
        )}
        {may && (
          <Button
            size="small"
            icon={<RotateCcw size={16} />}
            busy={busy}
            aria-label={t("csp_check_now_named", { name: row.origin })}
            onClick={() => void check()}
          >
            {t("csp_check_now")}
          </Button>
        )}
      </div>
      {open && row.result && (
        <div class="in-csp-open">
          <Result widget={widget} result={row.result} />
        </div>
      )}
    </li>
  );
}
