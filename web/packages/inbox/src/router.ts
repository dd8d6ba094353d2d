/** Addresses below /inbox, as values. */
import { createStore, useStore } from "./data/store.ts";
import { FOLDERS, type Folder, WHOSE, type Whose } from "./data/types.ts";
import { type FeedbackFilter, readFilter, writeFilter } from "./satisfaction/range.ts";

export const WIDGET_SECTIONS = [
  "look",
  "greeting",
  "forms",
  "language",
  "hours",
  "domains",
  "security",
  "install",
  "csp",
] as const;
export type WidgetSection = (typeof WIDGET_SECTIONS)[number];

export const SETTINGS = [
  "profile",
  "people",
  "replies",
  "tags",
  "blocked",
  "data",
  "tokens",
  "audit",
  "status",
] as const;
export type SettingsSection = (typeof SETTINGS)[number];

/** The parts of the page of one web hook; the first needs no name in its address. */
export const HOOK_PARTS = ["log", "edit", "signature"] as const;
export type HookPart = (typeof HOOK_PARTS)[number];

/** What of a hook's log is shown. */
export interface LogFilter {
  readonly state: string | null;
  readonly event: string | null;
  readonly session: string | null;
  readonly from: string | null;
  readonly to: string | null;
}

export const EVERYTHING: LogFilter = { state: null, event: null, session: null, from: null, to: null };

export type HooksRoute =
  | { readonly page: "hooks"; readonly at: "list" | "new" | "listen" }
  | {
      readonly page: "hooks";
      readonly at: HookPart;
      readonly id: string;
      readonly filter: LogFilter;
      /** The delivery that is open beside the log. */
      readonly delivery: string | null;
    };

/** The page of one hook, its whole log. */
export const hookRoute = (id: string, at: HookPart = "log"): HooksRoute => ({
  page: "hooks",
  at,
  id,
  filter: EVERYTHING,
  delivery: null,
});

export type Route =
  | {
      readonly page: "inbox";
      readonly state: Folder;
      readonly whose: Whose;
      readonly id: string | null;
      readonly at: number | null;
    }
  | { readonly page: "search"; readonly q: string }
  | { readonly page: "visitors"; readonly id: string | null }
  | { readonly page: "contacts"; readonly id: string | null }
  | { readonly page: "satisfaction"; readonly filter: FeedbackFilter }
  | { readonly page: "widgets"; readonly id: string | null; readonly section: WidgetSection }
  | { readonly page: "settings"; readonly section: SettingsSection }
  | HooksRoute
  | { readonly page: "join"; readonly token: string }
  | { readonly page: "missing" };

const ROOT = "/inbox";

const within = <T extends string>(list: readonly T[], text: string | undefined): T | undefined =>
  list.find((item) => item === text);

const decode = (text: string | undefined): string | null => {
  try {
    return text ? decodeURIComponent(text) : null;
  } catch {
    return null;
  }
};

const inbox = (state: Folder, whose: Whose, id: string | null, search: URLSearchParams): Route => {
  const at = Number(search.get("at"));
  return { page: "inbox", state, whose, id, at: id !== null && Number.isSafeInteger(at) && at > 0 ? at : null };
};

function hooks(second: string | undefined, third: string | undefined, search: URLSearchParams): Route {
  if (second === undefined) return { page: "hooks", at: "list" };
  if (second === "new" || second === "listen") return { page: "hooks", at: second };
  const id = decode(second);
  const at = third === undefined ? "log" : within(HOOK_PARTS, third);
  if (id === null || !at) return { page: "missing" };
  const filter = Object.fromEntries(Object.keys(EVERYTHING).map((key) => [key, search.get(key) || null]));
  return { page: "hooks", at, id, filter: filter as unknown as LogFilter, delivery: search.get("delivery") || null };
}

function addressOfHooks(route: HooksRoute): string {
  const root = `${ROOT}/settings/hooks`;
  if (!("id" in route)) return route.at === "list" ? root : `${root}/${route.at}`;
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries({ ...route.filter, delivery: route.delivery }))
    if (typeof value === "string") search.set(key, value);
  const query = search.toString();
  const part = route.at === "log" ? "" : `/${route.at}`;
  return `${root}/${encodeURIComponent(route.id)}${part}${query === "" ? "" : `?${query}`}`;
}

/** Reads an address. */
export function parseRoute(address: string): Route {
  const url = new URL(address, "http://inbox.invalid");
  const [first, second, third, fourth] = url.pathname.slice(ROOT.length).split("/").filter(Boolean);
  if (first === undefined) return inbox("open", "all", null, url.searchParams);
  const state = within(FOLDERS, first);
  if (state) {
    const whose = within(WHOSE, second);
    return whose ? inbox(state, whose, decode(third), url.searchParams) : { page: "missing" };
  }
  switch (first) {
    case "c":
      return inbox("open", "all", decode(second), url.searchParams);
    case "search":
      return { page: "search", q: url.searchParams.get("q") ?? "" };
    case "visitors":
      return { page: "visitors", id: decode(second) };
    case "contacts":
      return { page: "contacts", id: decode(second) };
    case "satisfaction":
      return { page: "satisfaction", filter: readFilter(url.searchParams) };
    case "widgets":
      return { page: "widgets", id: decode(second), section: within(WIDGET_SECTIONS, third) ?? "look" };
    case "settings": {
      if (second === "hooks") return hooks(third, fourth, url.searchParams);
      const section = second === undefined ? "profile" : within(SETTINGS, second);
      return section ? { page: "settings", section } : { page: "missing" };
    }
    case "join":
      return { page: "join", token: url.hash.slice(1) };
    default:
      return { page: "missing" };
  }
}

/** Writes an address. */
export function addressOf(route: Route): string {
  switch (route.page) {
    case "inbox": {
      const folder = `${ROOT}/${route.state}/${route.whose}`;
      if (route.id === null) return folder;
      return `${folder}/${encodeURIComponent(route.id)}${route.at === null ? "" : `?at=${route.at}`}`;
    }
    case "search":
      return `${ROOT}/search${route.q === "" ? "" : `?q=${encodeURIComponent(route.q)}`}`;
    case "visitors":
      return `${ROOT}/visitors${route.id === null ? "" : `/${encodeURIComponent(route.id)}`}`;
    case "contacts":
      return `${ROOT}/contacts${route.id === null ? "" : `/${encodeURIComponent(route.id)}`}`;
    case "satisfaction":
      return `${ROOT}/satisfaction${writeFilter(route.filter)}`;
    case "widgets": {
      const widget = route.id === null ? "" : `/${encodeURIComponent(route.id)}`;
      return `${ROOT}/widgets${widget}${widget === "" || route.section === "look" ? "" : `/${route.section}`}`;
    }
    case "settings":
      return `${ROOT}/settings/${route.section}`;
    case "hooks":
      return addressOfHooks(route);
    case "join":
      return `${ROOT}/join`;
    case "missing":
      return ROOT;
    default:
      return route satisfies never;
  }
}

const here = createStore<Route>({ page: "missing" });

/** Where the inbox is. */
export const useRoute = (): Route => useStore(here);
export const currentRoute = (): Route => here.get();

/** Something that wants a word before the page is left; gives false to stay. */
let guard: ((to: Route, move: () => void) => boolean) | null = null;
export function setGuard(next: typeof guard): void {
  guard = next;
}

/** Goes somewhere; `replace` leaves no step behind. */
export function go(route: Route, replace = false): void {
  const move = () => {
    const address = addressOf(route);
    if (address === location.pathname + location.search) return here.set(route);
    history[replace ? "replaceState" : "pushState"](
      { step: replace ? (history.state?.step ?? 0) : (history.state?.step ?? 0) + 1 },
      "",
      address,
    );
    here.set(route);
  };
  if (guard === null || guard(route, move)) move();
}

/** One step back where that stays in the inbox, else up to `route`. */
export function goBack(route: Route): void {
  if ((history.state?.step ?? 0) > 0) history.back();
  else go(route, true);
}

/** Starts to follow the address bar. */
export function startRouter(): void {
  const read = () => here.set(parseRoute(location.href));
  addEventListener("popstate", read);
  addEventListener("hashchange", read);
  read();
}
