/**
 * Facts of the relay applied to whatever is cached. A short memory of facts lets an answer that was on its way while facts came
 * in catch up with them by its position.
 */
import { applyFact } from "@halloo/core/thread.ts";
import { get } from "./api.ts";
import { keys } from "./keys.ts";
import { client } from "./query.ts";
import { conversationOf, type Data, dropRow, placeRow, reduceRow, type World } from "./reduce.ts";
import type {
  ConversationRow,
  ConversationView,
  Filter,
  MeView,
  OperatorView,
  Position,
  RowList,
  Talk,
} from "./types.ts";

interface Remembered {
  readonly stream: string;
  readonly offset: number;
  readonly name: string;
  readonly data: Data;
}

const MEMORY = 256;
let memory: Remembered[] = [];

/** Tells the relay's client where a snapshot stands; set by `live`. */
export const onPosition: { tell: (position: Position) => void } = { tell: () => undefined };

const since = (position: Position): Remembered[] =>
  memory.filter((fact) => fact.stream === position.stream && fact.offset > position.offset);

/** What the reducers need to know of the world. */
export function world(): World {
  const me = client.getQueryData<MeView>(keys.me);
  const operators = client.getQueryData<OperatorView[]>(keys.operators) ?? [];
  return { me: me?.operator?.id ?? "", now: Date.now(), operators: new Map(operators.map((one) => [one.id, one])) };
}

const reduceAll = (row: ConversationRow, facts: readonly Remembered[]): ConversationRow =>
  facts
    .filter((fact) => conversationOf(fact.data) === row.id)
    .reduce((now, fact) => reduceRow(now, fact.name, fact.data, world()) ?? now, row);

/** Brings a fresh answer up to the facts that came while it was on its way. */
export const caughtUp = {
  list(list: RowList, filter: Filter): RowList {
    onPosition.tell(list.position);
    return caughtUp.rows(list.rows, list.position).reduce((now, row) => placeRow(now, row, filter, world()), list);
  },
  rows(rows: readonly ConversationRow[], position: Position): ConversationRow[] {
    const facts = since(position);
    return rows.map((row) => reduceAll(row, facts));
  },
  conversation(view: ConversationView): ConversationView {
    const { w } = view.position;
    const facts = (w ? since(w) : []).filter((fact) => conversationOf(fact.data) === view.id);
    // What no rule can apply was asked for when nothing was cached yet: it is asked for again.
    if (facts.some((fact) => !reduceRow(view, fact.name, fact.data, world()))) reload(view.id);
    return { ...view, ...reduceAll(view, facts) };
  },
  talk(id: string, talk: Talk): Talk {
    const facts = since(talk.position).filter((fact) => conversationOf(fact.data) === id);
    return { ...talk, thread: facts.reduce((now, fact) => applyFact(now, fact.name, fact.data), talk.thread) };
  },
};

const lists = (): [Filter, RowList][] =>
  client
    .getQueriesData<RowList>({ queryKey: keys.lists })
    .flatMap(([key, list]) => (list ? [[key[1] as Filter, list] as [Filter, RowList]] : []));

/** Whether an answer was faster than this fact: its row knows it already, and counts nothing twice. */
const isKnown = (id: string, stream: string, offset: number): boolean =>
  [
    client.getQueryData<ConversationView>(keys.conversation(id))?.position.w,
    ...lists().map(([, list]) => (list.rows.some((row) => row.id === id) ? list.position : undefined)),
  ].some((position) => position?.stream === stream && position.offset >= offset);

/** The row of a conversation wherever it is cached. */
export function findRow(id: string): ConversationRow | undefined {
  const single = client.getQueryData<ConversationView>(keys.conversation(id));
  if (single) return single;
  for (const [, list] of lists()) {
    const row = list.rows.find((one) => one.id === id);
    if (row) return row;
  }
  return undefined;
}

/** Puts a row into every cache that it belongs to. */
export function putRow(row: ConversationRow, keep?: string): void {
  const now = world();
  client.setQueryData<ConversationView>(
    keys.conversation(row.id),
    (view) => view && { ...view, ...row, position: view.position },
  );
  for (const [filter, list] of lists()) {
    const next = placeRow(list, row, filter, now, keep === row.id && filter.unread);
    if (next !== list) client.setQueryData(keys.list(filter), next);
  }
}

function forget(id: string): void {
  client.removeQueries({ queryKey: keys.conversation(id) });
  client.removeQueries({ queryKey: keys.talk(id) });
  for (const [filter, list] of lists()) {
    const next = dropRow(list, id);
    if (next !== list) client.setQueryData(keys.list(filter), next);
  }
}

const reloading = new Map<string, ReturnType<typeof setTimeout>>();

/** Loads a conversation again, once for a burst of facts. */
export function reload(id: string): void {
  if (reloading.has(id)) return;
  reloading.set(
    id,
    setTimeout(() => {
      reloading.delete(id);
      get<ConversationView>(`/conversations/${id}`).then(
        (view) => {
          const fresh = caughtUp.conversation(view);
          if (client.getQueryData(keys.conversation(id))) client.setQueryData(keys.conversation(id), fresh);
          putRow(fresh);
        },
        () => undefined,
      );
    }, 120),
  );
}

let counting = false;

/** Counts again soon, once for a burst of facts. */
export function recount(): void {
  if (counting) return;
  counting = true;
  setTimeout(() => {
    counting = false;
    void client.invalidateQueries({ queryKey: keys.counts });
  }, 250);
}

/** Facts that only make a cached list old. */
const STALE: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  "widget:updated": [keys.widgets, ["widget"]],
  "widget:removed": [keys.widgets, ["widget"]],
  "widget:keys_updated": [["identity-keys"]],
  "operator:updated": [keys.operators, keys.invitations, keys.me],
  "website:update_operators_availability": [keys.operators],
  "canned:updated": [keys.canned],
  "tag:updated": [keys.tags],
  "people:profile:created": [["contacts"]],
  "people:profile:removed": [["contacts"], ["contact"]],
  "people:profile:updated": [["contacts"], ["contact"]],
  "people:bind:session": [["contacts"], ["contact"], ["earlier"]],
  "session:request:initiated": [["earlier"]],
  "session:sync:rating": [["feedback"]],
  "hook:updated": [keys.hooks, ["hook"]],
  "hook:warned": [keys.hooks, ["hook"]],
  "hook:disabled": [keys.hooks, ["hook"]],
  "csp:blocked": [keys.csp],
  "block:updated": [keys.blocks, ["conversation"]],
};

const COUNTED =
  /^(message:(send|acknowledge:read:send)|session:(set_state|set_snooze|set_routing|removed|request:initiated)|spam:(message|decision))$/;

/** Facts that may bring a conversation into a list that did not hold it. */
const ARRIVES =
  /^(message:(send|received)|session:(request:initiated|set_state|set_snooze|set_routing|set_segments)|spam:(message|decision))$/;

/** Applies one fact to everything cached. */
export function applyToCaches(name: string, data: Data, stream: string, offset: number): void {
  memory = [...memory.slice(1 - MEMORY), { stream, offset, name, data }];
  for (const queryKey of STALE[name] ?? []) void client.invalidateQueries({ queryKey });
  const id = conversationOf(data);
  if (id === null) {
    if (name === "people:profile:updated") refreshPeople(String(data["people_id"] ?? ""));
    return;
  }
  client.setQueryData<Talk>(keys.talk(id), (talk) => {
    if (!talk || (talk.hasNewer && /^message:(send|received)$/.test(name))) return talk;
    const thread = applyFact(talk.thread, name, data);
    return thread === talk.thread ? talk : { ...talk, thread };
  });
  if (COUNTED.test(name)) recount();
  if (name === "session:removed") {
    forget(id);
    return;
  }
  if (isKnown(id, stream, offset)) {
    reload(id); // other lists may hold an older row
    return;
  }
  const row = findRow(id);
  const next = row && reduceRow(row, name, data, world());
  if (next) {
    if (next !== row) putRow(next);
  } else if (row !== undefined || (ARRIVES.test(name) && lists().length > 0)) reload(id);
}

/** A contact changed: the conversations that show it are loaded again, open ones first. */
function refreshPeople(contact: string): void {
  const shown = new Set<string>();
  for (const [, view] of client.getQueriesData<ConversationView>({ queryKey: ["conversation"] }))
    if (view?.contact.id === contact) shown.add(view.id);
  for (const [, list] of lists()) for (const row of list.rows) if (row.contact.id === contact) shown.add(row.id);
  for (const id of [...shown].slice(0, 20)) reload(id);
}
