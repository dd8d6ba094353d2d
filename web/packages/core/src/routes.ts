/**
 * The ways to the relay and their order (relay contract 4): the primary, the rescue relay, then HTTP streaming on each of both.
 * After three failures in a row on the primary, or 20 s without it, it goes on to the next; after the last the round begins anew.
 */
import type { Clock } from "./ports.ts";

/** `tab`: over the tab of this browser that holds the connection. */
export interface Route {
  readonly kind: "socket" | "stream" | "tab";
  readonly address: string;
}

/** Every route to these relays' WebSocket addresses, the primary's first; what is missing is passed over. */
export function routesTo(...relays: readonly (string | null | undefined)[]): readonly Route[] {
  const there = relays.filter((address): address is string => !!address);
  return [
    ...there.map((address) => ({ kind: "socket" as const, address })),
    ...there.map((address) => ({ kind: "stream" as const, address: `${address.replace(/^ws/, "http")}/stream` })),
  ];
}

/** How long to go without the primary, and how often to try it from elsewhere; milliseconds. */
export const TIMING = { without: 20_000, home: 60_000 };
const TRIES_FIRST = 3;
const TRIES = 2;

/** Where a session stands in the order. `address`: of the route that worked last time. */
export function createCourse(routes: () => readonly Route[], clock: Clock, without: number, address?: string) {
  let at = Math.max(
    0,
    routes().findIndex((route) => route.address === address),
  );
  let tries = 0;
  let rounds = 0;
  let since: number | null = clock.now();

  return {
    get route(): Route {
      const all = routes();
      return (all[at] ?? all[0]) as Route;
    },
    /** Not on the primary. */
    get away(): boolean {
      return at > 0;
    },
    /** How long a try may take here: the time without the primary is not spent on one that hangs. */
    most(ms: number): number {
      if (at > 0 || since === null || routes().length < 2) return ms;
      const left = since + without - clock.now();
      return left > 0 ? Math.min(ms, left) : ms;
    },
    /** A try failed, or a line that had just come: goes on where it is time to. How often to double the wait before the next. */
    failed(failures: number): number {
      tries += 1;
      const most = rounds > 0 ? 1 : at > 0 ? TRIES : TRIES_FIRST;
      const late = at === 0 && since !== null && clock.now() - since >= without;
      if (tries < most && !late) return tries - 1;
      tries = 0;
      at = (at + 1) % routes().length;
      if (at > 0) return 0;
      rounds += 1;
      return failures;
    },
    /** The line stands. */
    live(): void {
      if (at === 0) since = null;
    },
    /** It has stood for a while. */
    steady(): void {
      tries = rounds = 0;
    },
    /** The line is gone. */
    down(): void {
      since ??= clock.now();
    },
    /** Back to the primary. */
    home(): void {
      if (at > 0) at = tries = 0;
    },
  };
}
