/** TanStack Query for Preact: one client and one hook. */
import { QueryClient, QueryObserver, type QueryObserverOptions, type QueryObserverResult } from "@tanstack/query-core";
import { useEffect, useReducer, useState } from "preact/hooks";
import { Refusal } from "./api.ts";

export const client = new QueryClient({
  defaultOptions: {
    queries: {
      // Facts keep the caches fresh; a refetch only repairs.
      staleTime: 5 * 60_000,
      gcTime: 30 * 60_000,
      retry: (count, error) => count < 2 && error instanceof Refusal && error.passing,
    },
  },
});

export type Options<T> = Pick<
  QueryObserverOptions<T, Error, T, T, readonly unknown[]>,
  "queryKey" | "queryFn" | "enabled" | "staleTime" | "placeholderData"
>;

/** Watches a query; the component renders again when its result changes. */
export function useQuery<T>(options: Options<T>): QueryObserverResult<T, Error> {
  const [, again] = useReducer((n: number) => n + 1, 0);
  const wanted = client.defaultQueryOptions({ ...options, _optimisticResults: "optimistic" } as never) as never;
  const [observer] = useState(() => new QueryObserver<T, Error, T, T, readonly unknown[]>(client, wanted));
  const result = observer.getOptimisticResult(wanted) as QueryObserverResult<T, Error>;
  useEffect(() => observer.subscribe(() => again(0)), [observer]);
  useEffect(() => {
    observer.setOptions(wanted);
  });
  return result;
}
