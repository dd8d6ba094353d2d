/** One tab of a browser leads: it alone plays the sound. */
import type { Locks } from "./ports.ts";

export interface Leadership {
  readonly leading: boolean;
  release(): void;
}

/** Waits for the lock `name` and leads while holding it. Without a lock manager every tab leads. */
export function electLeader(locks: Locks | undefined, name: string, onLead?: () => void): Leadership {
  let leading = locks === undefined;
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  locks
    ?.request(name, {}, () => {
      leading = true;
      onLead?.();
      return held;
    })
    .catch(() => {
      leading = true;
    });
  return {
    get leading() {
      return leading;
    },
    release() {
      leading = false;
      release();
    },
  };
}
