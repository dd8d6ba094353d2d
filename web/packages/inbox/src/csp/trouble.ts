/** Pages whose policy keeps the chat away, as browsers report it. Part of the first load: it has to be small. */
import { get } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { useCan, widgetsQuery } from "../data/queries.ts";
import { client, type Options, useQuery } from "../data/query.ts";
import type { ReportGroup, ReportPage } from "./types.ts";

export interface Trouble {
  readonly widget: string;
  readonly group: ReportGroup;
}

/** Whether a group is to be told of without anybody asking: the chat, or what it cannot do without, is blocked on a page. */
export const isTrouble = ({ muted, disposition, verdict }: ReportGroup): boolean =>
  !muted && disposition === "enforce" && verdict?.blocks === true && verdict.level === "required";

const { enabled: _, placeholderData: __, ...widgetsOnce } = widgetsQuery;

const troubleQuery: Options<readonly Trouble[]> = {
  queryKey: keys.csp,
  queryFn: async () => {
    const widgets = await client.fetchQuery(widgetsOnce);
    const found = widgets.map(async ({ id }) => {
      const page = await get<ReportPage>(`/web-widgets/${id}/csp/reports?kind=ours&limit=50`);
      return page.data.filter(isTrouble).map((group) => ({ widget: id, group }));
    });
    return (await Promise.all(found)).flat();
  },
};

/** Those pages; none for who can do nothing about it. Facts tell when it is time to ask again. */
export function useBlockedPages(): readonly Trouble[] {
  const may = useCan("web_widgets:manage");
  const query = useQuery({ ...troubleQuery, enabled: may });
  return may ? (query.data ?? []) : [];
}
