/** One tab of a browser leads: it alone plays the sound. */
import type { Locks } from "./ports.ts";

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
