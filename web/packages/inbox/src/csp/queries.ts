/** What the page of Content Security Policy asks the server for, and what it tells it. */
import { call, get, queryString } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { client, type Options } from "../data/query.ts";
import type {
  Diagnosis,
  DoctorAsk,
  DomainCheck,
  PolicyAsk,
  PolicyView,
  ReportGroup,
  ReportKind,
  ReportPage,
} from "./types.ts";

const at = (widget: string, rest: string): string => `/web-widgets/${widget}/csp/${rest}`;

/** The policy of a widget in one form. A snippet that is shown stays until the next one is there. */
export const policyQuery = (widget: string, ask: PolicyAsk): Options<PolicyView> => {
  const values = queryString({ ...ask });
  return {
    queryKey: keys.cspPolicy(widget, values),
    queryFn: () => get<PolicyView>(at(widget, `policy${values}`)),
    placeholderData: (before) => before,
  };
};

export const checksQuery = (widget: string): Options<readonly DomainCheck[]> => ({
  queryKey: keys.cspChecks(widget),
  queryFn: async () => (await get<{ data: DomainCheck[] }>(at(widget, "checks"))).data,
  staleTime: 0,
});

/** Looks at an allowed domain now. */
export async function checkDomain(widget: string, origin: string): Promise<DomainCheck> {
  const row = await call<DomainCheck>("POST", at(widget, "checks"), { origin });
  client.setQueryData<readonly DomainCheck[]>(keys.cspChecks(widget), (all) =>
    all?.map((one) => (one.origin === row.origin ? row : one)),
  );
  return row;
}

export const examine = (widget: string, ask: DoctorAsk): Promise<Diagnosis> =>
  call<Diagnosis>("POST", at(widget, "doctor"), ask);

/** Which reports are shown: of one kind, or all that are muted. */
export interface ReportFilter {
  readonly kind: ReportKind;
  readonly muted: boolean;
}

export const PAGE = 25;

const reportsPath = (widget: string, { kind, muted }: ReportFilter, cursor: string | null): string =>
  at(widget, `reports${queryString({ kind: muted ? null : kind, muted, limit: PAGE, cursor })}`);

export const reportsQuery = (widget: string, filter: ReportFilter): Options<ReportPage> => ({
  queryKey: keys.cspReports(widget, `${filter.kind} ${filter.muted}`),
  queryFn: () => get<ReportPage>(reportsPath(widget, filter, null)),
  placeholderData: (before) => before,
  staleTime: 0,
});

/** Loads the next page of the reports. */
export async function moreReports(widget: string, filter: ReportFilter): Promise<void> {
  const { queryKey } = reportsQuery(widget, filter);
  const now = client.getQueryData<ReportPage>(queryKey);
  if (!now?.next_cursor) return;
  const page = await get<ReportPage>(reportsPath(widget, filter, now.next_cursor));
  client.setQueryData<ReportPage>(queryKey, { ...page, data: [...now.data, ...page.data] });
}

/** What became of the groups is asked for anew, the notice above the inbox with it. */
const look = (): Promise<void> => client.invalidateQueries({ queryKey: keys.csp });

export async function muteReports(widget: string, group: ReportGroup, muted: boolean): Promise<void> {
  await call("PATCH", at(widget, `reports/${group.id}`), { muted });
  await look();
}

export async function deleteReports(widget: string, group: ReportGroup): Promise<void> {
  await call("DELETE", at(widget, `reports/${group.id}`));
  await look();
}
