/** One tab of a browser leads: it alone holds the connection and plays the sound. */
import type { Clock, Locks } from "./ports.ts";

export interface Leadership {
  readonly leading: boolean;
}

/** Waits for the lock `name` and leads from then on, as long as the tab lives. Without a lock manager every tab leads. */
export function electLeader(locks: Locks | undefined, name: string): Leadership {
  const found = { leading: locks === undefined };
  const lead = (): void => {
    found.leading = true;
  };
  locks
    ?.request(name, {}, () => {
      lead();
      return new Promise<void>(() => undefined);
    })
    .catch(lead);
  return found;
}

/** Who leads: a later term beats an earlier one, and a smaller id another in the same term. */
export interface Claim {
  readonly id: string;
  readonly term: number;
}

export interface ElectionOptions {
  readonly name: string;
  /** Of this tab. */
  readonly id: string;
  readonly clock: Clock;
  readonly locks: Locks | undefined;
  /** This tab leads now, or does not any more. */
  readonly onChange: (leading: boolean) => void;
}

const LISTEN_MS = 300;

export type Election = ReturnType<typeof elect>;

/**
 * Stands for the leadership among the tabs that know the same name: the lock decides where there are locks, else whoever hears
 * nobody lead for a moment. What others claim has to be told with `heard`.
 */
export function elect({ name, id, clock, locks, onChange }: ElectionOptions) {
  let leading = false;
  let term = 0;
  let over = false;
  let queued: AbortController | null = null;
  let release: (() => void) | null = null;
  let cancel: (() => void) | null = null;

  const lead = (next: boolean): void => {
    if (over || leading === next) return;
    cancel?.();
    leading = next;
    if (next) term += 1;
    onChange(next);
  };

  const stepDown = (): void => {
    release?.();
    lead(false);
    wait();
  };

  /** Waits until the lock is free; `steal`: its holder does not answer any more. */
  const hold = (held: Locks, steal: boolean): void => {
    queued?.abort();
    const mine = new AbortController();
    queued = mine;
    let got = false;
    held
      .request(name, steal ? { steal } : { signal: mine.signal }, () => {
        if (over || queued !== mine) return Promise.resolve();
        got = true;
        lead(true);
        return new Promise<void>((done) => {
          release = done;
        });
      })
      .catch(() => {
        if (over || queued !== mine) return;
        // Taken from us; or locks are forbidden here, then talking decides.
        if (!got) listen();
        else if (leading) stepDown();
      });
  };

  const listen = (): void => {
    cancel?.();
    cancel = clock.after(LISTEN_MS * (1 + clock.random()), () => lead(true));
  };

  const wait = (): void => (locks ? hold(locks, false) : listen());

  wait();
  return {
    /** What this tab claims. */
    get claim(): Claim {
      return { id, term };
    },
    /** Another tab says that it leads. */
    heard(other: Claim): void {
      const ours = leading && (other.term < term || (other.term === term && id < other.id));
      term = Math.max(term, other.term);
      if (leading && !ours) stepDown();
      else if (!leading) cancel?.();
    },
    /** Who leads is silent: this tab does. */
    take(): void {
      if (locks) hold(locks, true);
      else lead(true);
    },
    /** Leads no more, and does not want to. */
    resign(): void {
      over = true;
      leading = false;
      cancel?.();
      queued?.abort();
      release?.();
    },
  };
}
