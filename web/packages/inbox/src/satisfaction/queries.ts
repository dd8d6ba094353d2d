/** What the satisfaction page asks for. */
import { get, queryString } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import type { Growing } from "../data/queries.ts";
import type { Options } from "../data/query.ts";
import type { FeedbackPage, FeedbackReport, FeedbackView } from "../data/types.ts";
import { type FeedbackFilter, filterQuery, writeFilter } from "./range.ts";

const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export const reportQuery = (filter: FeedbackFilter): Options<FeedbackReport> => ({
  queryKey: keys.feedbackReport(writeFilter(filter)),
  queryFn: () => get<FeedbackReport>(`/feedback/report${queryString({ ...filterQuery(filter), tz: zone() })}`),
  staleTime: 60_000,
});

const PAGE = 20;

export const feedbackQuery = (filter: FeedbackFilter): Options<Growing<FeedbackView>> => ({
  queryKey: keys.feedback(writeFilter(filter)),
  queryFn: async () => {
    const page = await get<FeedbackPage>(`/feedback${queryString({ ...filterQuery(filter), limit: PAGE })}`);
    return { items: page.data, next: page.next_cursor };
  },
  staleTime: 60_000,
});
