/** What the pages of web hooks ask the server for, and what they tell it. */
import { useEffect } from "preact/hooks";
import { call, get, queryString } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { type Growing, hooksQuery } from "../data/queries.ts";
import { client, type Options } from "../data/query.ts";
import type { DeliveryReplayed, HookChart, HookEventList, Page } from "../data/types.ts";
import type { LogFilter } from "../router.ts";
import type {
  AttemptView,
  DeliveryDetail,
  DeliveryView,
  HookEvent,
  HookSaved,
  HookSecretCreated,
  HookView,
  HookWrite,
  Quarter,
  ReplayStarted,
  ReplayView,
} from "./types.ts";

export { hooksQuery };

export const hookQuery = (id: string): Options<HookView> => ({
  queryKey: keys.hook(id),
  queryFn: () => get<HookView>(`/hooks/${id}`),
  staleTime: 0,
});

export const catalogueQuery: Options<readonly HookEvent[]> = {
  queryKey: keys.hookEvents,
  queryFn: async () => (await get<HookEventList>("/hooks/events")).data,
};

export const chartQuery = (id: string): Options<readonly Quarter[]> => ({
  queryKey: keys.hookChart(id),
  queryFn: async () => (await get<HookChart>(`/hooks/${id}/chart`)).data,
  staleTime: 10_000,
});

/** What of a log is asked for. */
export const logValues = (filter: LogFilter): Record<string, string> => {
  const { state, event, session, from, to } = filter;
  return { state: state ?? "", event: event ?? "", session_id: session ?? "", from: from ?? "", to: to ?? "" };
};

export const deliveriesQuery = (id: string, filter: LogFilter): Options<Growing<DeliveryView>> => ({
  queryKey: keys.hookLog(id, JSON.stringify(logValues(filter))),
  queryFn: async () => {
    const page = await get<Page<DeliveryView>>(
      `/hooks/${id}/deliveries${queryString({ ...logValues(filter), limit: 50 })}`,
    );
    return { items: page.data, next: page.next_cursor ?? null };
  },
  staleTime: 0,
});

export const deliveryQuery = (id: string, delivery: string): Options<DeliveryDetail> => ({
  queryKey: keys.hookDelivery(id, delivery),
  queryFn: () => get<DeliveryDetail>(`/hooks/${id}/deliveries/${delivery}`),
  staleTime: 0,
});

export const attemptQuery = (id: string, delivery: string, n: number): Options<AttemptView> => ({
  queryKey: keys.hookAttempt(id, delivery, n),
  queryFn: () => get<AttemptView>(`/hooks/${id}/deliveries/${delivery}/attempts/${n}`),
});

export const replayQuery = (id: string, replay: string): Options<ReplayView> => ({
  queryKey: keys.hookReplay(id, replay),
  queryFn: () => get<ReplayView>(`/hooks/${id}/replays/${replay}`),
  staleTime: 0,
});

/** Puts what the server says of a hook wherever it is shown. */
export function putHook<T extends HookView>(hook: T): T {
  const { secret: _, warning: __, ...shown } = hook as T & Partial<HookSaved>;
  client.setQueryData<HookView>(keys.hook(hook.id), shown);
  client.setQueryData<HookView[]>(keys.hooks, (all) => all?.map((one) => (one.id === hook.id ? shown : one)));
  return hook;
}

/** What a hook did is shown anew: the hook, its log, its chart. */
export function look(id: string): void {
  void client.invalidateQueries({ queryKey: keys.hook(id) });
  void client.invalidateQueries({ queryKey: keys.hooks, exact: true });
}

export const createHook = async (draft: HookWrite): Promise<HookSaved> => {
  const made = await call<HookSaved>("POST", "/hooks", draft);
  void client.invalidateQueries({ queryKey: keys.hooks, exact: true });
  return made;
};

/** Changes a hook; with a version only while the hook still has it, else the refusal says `stale`. */
export const changeHook = async (id: string, change: HookWrite, version?: number): Promise<HookSaved> =>
  putHook(
    await call<HookSaved>(
      "PUT",
      `/hooks/${id}`,
      change,
      version === undefined ? undefined : { "if-match": `"${version}"` },
    ),
  );

export const disableHook = async (id: string): Promise<HookView> =>
  putHook(await call<HookView>("POST", `/hooks/${id}/disable`, {}));

export const enableHook = async (id: string, since: string | null): Promise<HookView> =>
  putHook(await call<HookView>("POST", `/hooks/${id}/enable`, since === null ? {} : { recover_since: since }));

export async function deleteHook(id: string): Promise<void> {
  await call("DELETE", `/hooks/${id}`);
  client.setQueryData<HookView[]>(keys.hooks, (all) => all?.filter((one) => one.id !== id));
  client.removeQueries({ queryKey: keys.hook(id) });
}

export const testHook = (id: string, event: string | null): Promise<AttemptView> =>
  call<AttemptView>("POST", `/hooks/${id}/test`, event === null ? {} : { event });

export const replayOne = (id: string, delivery: string): Promise<DeliveryReplayed> =>
  call<DeliveryReplayed>("POST", `/hooks/${id}/deliveries/${delivery}/replay`, {});

export interface RangeAsk {
  readonly from: string;
  readonly to: string;
  readonly events?: readonly string[];
  readonly states?: readonly string[];
}

export const replayRange = (id: string, ask: RangeAsk): Promise<ReplayStarted> =>
  call<ReplayStarted>("POST", `/hooks/${id}/replays`, ask);

export const recover = (id: string, since: string): Promise<ReplayStarted> =>
  call<ReplayStarted>("POST", `/hooks/${id}/recover`, { since });

export const stopReplay = (id: string, replay: string): Promise<unknown> =>
  call("DELETE", `/hooks/${id}/replays/${replay}`);

export const makeSecret = (id: string, overlap_s: number): Promise<HookSecretCreated> =>
  call<HookSecretCreated>("POST", `/hooks/${id}/secrets`, { overlap_s });

export const promoteSecret = (id: string, immediately: boolean): Promise<unknown> =>
  call("POST", `/hooks/${id}/secrets/promote`, immediately ? { immediately } : {});

export const withdrawSecret = (id: string, secret: string): Promise<unknown> =>
  call("DELETE", `/hooks/${id}/secrets/${secret}`);

/** Looks again every `ms` while the page is seen, and at once when it is seen again. */
export function useEvery(look: () => unknown, ms: number, on = true): void {
  useEffect(() => {
    if (!on) return;
    const see = () => {
      if (document.visibilityState === "visible") void look();
    };
    const timer = setInterval(see, ms);
    document.addEventListener("visibilitychange", see);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", see);
    };
  }, [look, ms, on]);
}
