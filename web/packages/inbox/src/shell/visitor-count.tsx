import { useEffect } from "preact/hooks";
import { get } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { client, type Options, useQuery } from "../data/query.ts";
import { formatNumber, t } from "../i18n.ts";

const EVERY_MS = 30_000;
/** The rail has room for three figures. */
const MOST = 999;

const countQuery: Options<number> = {
  queryKey: keys.visitorCount,
  queryFn: async () => (await get<{ count: number }>("/visitors/count")).count,
  staleTime: EVERY_MS / 2,
};

/** How many visitors are on the site, asked for now and then while somebody looks; the list itself knows it at once. */
export function VisitorCount() {
  const count = useQuery(countQuery).data ?? 0;
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void client.fetchQuery(countQuery).catch(() => undefined);
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (count === 0) return null;
  return (
    <span class="in-rail-number">
      <bdi dir="ltr" aria-hidden="true">
        {count > MOST ? `${formatNumber(MOST)}+` : formatNumber(count)}
      </bdi>
      <span class="ui-hidden">{t("visitors_count", { count })}</span>
    </span>
  );
}
