/** What the screens ask the server for. */
import { addMessages, EMPTY_THREAD } from "@halloo/core/thread.ts";
import type { HookView } from "../hooks/types.ts";
import { get, queryString } from "./api.ts";
import { caughtUp } from "./facts.ts";
import { keys } from "./keys.ts";
import { client, type Options, useQuery } from "./query.ts";
import { appendPage } from "./reduce.ts";
import type {
  AuditEntry,
  BlockView,
  CannedReplyView,
  ContactView,
  ConversationPage,
  ConversationView,
  Counts,
  ErasureView,
  Filter,
  InvitationView,
  MessagePage,
  MeView,
  OperatorView,
  Page,
  RowList,
  SearchHit,
  TagView,
  Talk,
  TokenView,
  WidgetView,
} from "./types.ts";

const PAGE = 50;

export const meQuery: Options<MeView> = { queryKey: keys.me, queryFn: () => get<MeView>("/me") };
export const countsQuery: Options<Counts> = {
  queryKey: keys.counts,
  queryFn: () => get<Counts>("/conversations/counts"),
};

/** The whole of a short list: pages are followed to the end. */
async function whole<T>(path: string): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await get<Page<T>>(`${path}${queryString({ limit: 100, cursor })}`);
    all.push(...page.data);
    cursor = page.next_cursor ?? null;
  } while (cursor !== null && all.length < 2000);
  return all;
}

const list = <T>(queryKey: readonly unknown[], path: string): Options<T[]> => ({
  queryKey,
  queryFn: () => whole<T>(path),
});

export const operatorsQuery = list<OperatorView>(keys.operators, "/operators");
export const invitationsQuery = list<InvitationView>(keys.invitations, "/invitations");
export const tokensQuery = list<TokenView>(keys.tokens, "/tokens");
export const cannedQuery = list<CannedReplyView>(keys.canned, "/canned-replies");
export const tagsQuery = list<TagView>(keys.tags, "/tags");
export const widgetsQuery = list<WidgetView>(keys.widgets, "/web-widgets");
export const hooksQuery: Options<HookView[]> = { ...list<HookView>(keys.hooks, "/hooks"), staleTime: 10_000 };
export const scopesQuery: Options<{ scope: string; description: string }[]> = {
  queryKey: keys.scopes,
  queryFn: async () => (await get<{ data: { scope: string; description: string }[] }>("/scopes")).data,
  staleTime: Number.POSITIVE_INFINITY,
};

const ASSIGNEE = { mine: "me", unassigned: "none", all: null } as const;

const listPath = (filter: Filter, cursor: string | null): string =>
  `/conversations${queryString({
    state: filter.state,
    assignee: ASSIGNEE[filter.whose],
    unread: filter.unread,
    order: filter.order,
    limit: PAGE,
    cursor,
  })}`;

export const listQuery = (filter: Filter): Options<RowList> => ({
  queryKey: keys.list(filter),
  queryFn: async () => {
    const page = await get<ConversationPage>(listPath(filter, null));
    return caughtUp.list({ rows: page.data, next: page.next_cursor, position: page.position }, filter);
  },
});

const loading = new Map<string, Promise<void>>();

/** Loads the next page of a list, once at a time. */
export function loadMore(filter: Filter): Promise<void> {
  const name = JSON.stringify(filter);
  const running = loading.get(name);
  if (running) return running;
  const next = client.getQueryData<RowList>(keys.list(filter))?.next;
  if (!next) return Promise.resolve();
  const task = get<ConversationPage>(listPath(filter, next))
    .then((page) => {
      client.setQueryData<RowList>(
        keys.list(filter),
        (now) => now && appendPage(now, caughtUp.rows(page.data, page.position), page.next_cursor),
      );
    })
    .catch(() => undefined)
    .finally(() => loading.delete(name));
  loading.set(name, task);
  return task;
}

export const conversationQuery = (id: string): Options<ConversationView> => ({
  queryKey: keys.conversation(id),
  queryFn: async () => caughtUp.conversation(await get<ConversationView>(`/conversations/${id}`)),
});

const messagesPath = (id: string, values: Record<string, number | null>): string =>
  `/conversations/${id}/messages${queryString({ ...values, limit: PAGE })}`;

const talkOf = (page: MessagePage, hasNewer: boolean): Talk => ({
  thread: addMessages(EMPTY_THREAD, page.data),
  hasOlder: page.has_more,
  hasNewer,
  position: page.position,
});

export const talkQuery = (id: string): Options<Talk> => ({
  queryKey: keys.talk(id),
  queryFn: async () => caughtUp.talk(id, talkOf(await get<MessagePage>(messagesPath(id, {})), false)),
});

/** A talk that reaches the end of the conversation has the messages, too, that came while it was loaded. */
const atEnd = (id: string, talk: Talk): Talk => (talk.hasNewer ? talk : caughtUp.talk(id, talk));

/** Loads the messages around one of them, for a jump from a search hit. */
export async function loadAround(id: string, fingerprint: number): Promise<void> {
  const [before, after] = await Promise.all([
    get<MessagePage>(messagesPath(id, { before: fingerprint })),
    get<MessagePage>(messagesPath(id, { after: fingerprint - 1 })),
  ]);
  const talk = talkOf(before, after.has_more);
  client.setQueryData<Talk>(keys.talk(id), atEnd(id, { ...talk, thread: addMessages(talk.thread, after.data) }));
}

/** Loads what is above the first loaded message. */
export async function loadOlder(id: string): Promise<void> {
  const first = client.getQueryData<Talk>(keys.talk(id))?.thread.messages[0];
  if (!first) return;
  const page = await get<MessagePage>(messagesPath(id, { before: first.fingerprint }));
  client.setQueryData<Talk>(
    keys.talk(id),
    (now) => now && { ...now, thread: addMessages(now.thread, page.data), hasOlder: page.has_more },
  );
}

/** Loads what is below the last loaded message, after a jump into the past. */
export async function loadNewer(id: string): Promise<void> {
  const last = client.getQueryData<Talk>(keys.talk(id))?.thread.messages.at(-1);
  if (!last) return;
  const page = await get<MessagePage>(messagesPath(id, { after: last.fingerprint }));
  client.setQueryData<Talk>(
    keys.talk(id),
    (now) =>
      now &&
      atEnd(id, {
        ...now,
        thread: addMessages(now.thread, page.data),
        hasNewer: page.has_more,
        position: page.position,
      }),
  );
}

export const contactQuery = (id: string): Options<ContactView> => ({
  queryKey: keys.contact(id),
  queryFn: () => get<ContactView>(`/contacts/${id}`),
});

export const contactEventsQuery = (id: string): Options<{ at: string; name: string; text: string }[]> => ({
  queryKey: keys.contactEvents(id),
  queryFn: async () => (await get<Page<{ at: string; name: string; text: string }>>(`/contacts/${id}/events`)).data,
  staleTime: 0,
});

export const earlierQuery = (contact: string): Options<ConversationPage> => ({
  queryKey: keys.earlier(contact),
  queryFn: () => get<ConversationPage>(`/conversations${queryString({ contact_id: contact, limit: 20 })}`),
  staleTime: 30_000,
});

/** What was said with a visitor, whose contact may not be known: asked for anew each time, since an open one decides what can be done. */
export const earlierOfVisitorQuery = (visitor: string): Options<ConversationPage> => ({
  queryKey: keys.talksOf(visitor),
  queryFn: () => get<ConversationPage>(`/conversations${queryString({ visitor_id: visitor, limit: 10 })}`),
  staleTime: 0,
});

export const widgetQuery = (id: string): Options<WidgetView> => ({
  queryKey: keys.widget(id),
  queryFn: () => get<WidgetView>(`/web-widgets/${id}`),
});

/** A list that grows by its cursor. */
export interface Growing<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

const growing = <T>(
  queryKey: readonly unknown[],
  path: string,
  values: Record<string, string>,
): Options<Growing<T>> => ({
  queryKey,
  queryFn: async () => {
    const page = await get<Page<T>>(`${path}${queryString({ ...values, limit: PAGE })}`);
    return { items: page.data, next: page.next_cursor ?? null };
  },
  staleTime: 0,
});

export const contactsQuery = (q: string): Options<Growing<ContactView>> =>
  growing(keys.contacts(q), "/contacts", { q });
export const auditQuery = (filter: Record<string, string>): Options<Growing<AuditEntry>> =>
  growing(keys.audit(JSON.stringify(filter)), "/audit", filter);
export const blocksQuery = (kind: string): Options<Growing<BlockView>> =>
  growing(keys.blockList(kind), "/blocks", kind === "" ? {} : { kind });
export const erasuresQuery: Options<Growing<ErasureView>> = growing(keys.erasures, "/erasures", {});

/** The block of a person, by what it is kept under; null where there is none. */
export async function findBlock(values: readonly string[]): Promise<BlockView | null> {
  const all = await whole<BlockView>("/blocks");
  return all.find((one) => one.kind === "visitor" && values.includes(one.value)) ?? null;
}
export const searchQuery = (q: string): Options<Growing<SearchHit>> => ({
  ...growing<SearchHit>(keys.search(q), "/search", { q }),
  enabled: q.trim() !== "",
});

/** Loads the next page of a growing list. */
export async function grow<T>(
  queryKey: readonly unknown[],
  path: string,
  values: Record<string, string> = {},
): Promise<void> {
  const now = client.getQueryData<Growing<T>>(queryKey);
  if (!now?.next) return;
  const page = await get<Page<T>>(`${path}${queryString({ ...values, limit: PAGE, cursor: now.next })}`);
  client.setQueryData<Growing<T>>(queryKey, { items: [...now.items, ...page.data], next: page.next_cursor ?? null });
}

export const useMe = (): MeView | undefined => useQuery(meQuery).data;
export const useCounts = (): Counts | undefined => useQuery(countsQuery).data;

/** Whether the signed-in operator may do what needs `scope`. */
export const useCan = (scope: string): boolean => useMe()?.scopes.includes(scope) ?? false;
