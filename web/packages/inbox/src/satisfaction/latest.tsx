/** What visitors said last, each with the way to its conversation. */
import { Avatar, Bone, Button } from "@halloo/ui";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { grow } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import type { FeedbackView } from "../data/types.ts";
import { formatAgo, formatMoment, t } from "../i18n.ts";
import { Link } from "../shell/link.tsx";
import { Stars } from "../shell/stars.tsx";
import { useNow } from "../shell/use.ts";
import { contactName } from "../thread/names.ts";
import { feedbackQuery } from "./queries.ts";
import { type FeedbackFilter, filterQuery } from "./range.ts";

export function Latest({ filter }: { filter: FeedbackFilter }) {
  const options = feedbackQuery(filter);
  const query = useQuery(options);
  const [busy, setBusy] = useState(false);
  const more = async () => {
    setBusy(true);
    const values = Object.fromEntries(
      Object.entries(filterQuery(filter)).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
    );
    await grow<FeedbackView>(options.queryKey, "/feedback", values).catch(complain);
    setBusy(false);
  };
  return (
    <section class="in-card in-card-table">
      <header class="in-card-head in-card-head-table">
        <h3>{t("latest_feedback")}</h3>
      </header>
      {query.isError ? (
        <div class="in-more">
          <span class="in-quiet">{t("list_broken")}</span>
          <Button onClick={() => void query.refetch()}>{t("try_again")}</Button>
        </div>
      ) : query.data ? (
        <ul class="in-latest">
          {query.data.items.map((item) => (
            <li key={item.conversation_id}>
              <Said item={item} />
            </li>
          ))}
        </ul>
      ) : (
        <div class="in-hit-bones" aria-hidden="true">
          <Bone width={40} />
          <Bone width={75} />
          <Bone width={60} />
        </div>
      )}
      {query.data?.next && (
        <div class="in-more">
          <Button busy={busy} onClick={() => void more()}>
            {t("show_more")}
          </Button>
        </div>
      )}
    </section>
  );
}

function Said({ item }: { item: FeedbackView }) {
  const now = useNow(60_000);
  const at = Date.parse(item.created_at);
  const name = contactName({ id: item.contact_id, name: item.contact_name, email: null });
  return (
    <Link
      to={{ page: "inbox", state: "resolved", whose: "all", id: item.conversation_id, at: null }}
      class="in-latest-row"
    >
      <Avatar id={item.contact_id} name={item.contact_name ?? ""} size={32} />
      <span class="in-latest-words">
        <span class="in-latest-top">
          <strong dir="auto">{name}</strong>
          {item.stars === null ? <span class="in-quiet">{t("no_stars")}</span> : <Stars value={item.stars} size={14} />}
        </span>
        {item.comment && (
          <span class="in-latest-comment">
            <bdi>{item.comment}</bdi>
          </span>
        )}
        {item.operator && (
          <span class="in-latest-whose">
            <Avatar id={item.operator.id} name={item.operator.name} src={item.operator.avatar} size={16} />
            <bdi>{item.operator.name}</bdi>
          </span>
        )}
      </span>
      <time dateTime={item.created_at} data-tip={formatMoment(at)}>
        {formatAgo(at, now)}
      </time>
    </Link>
  );
}
