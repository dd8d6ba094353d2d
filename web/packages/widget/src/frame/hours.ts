/** Business hours: open becomes closed and closed open on the minute, also in a window that nobody touches. */
import type { Shared } from "./state.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Watches `changes_at`; after each turn the record says when the next one is. */
export function watchHours(shared: Shared): void {
  const { clock } = shared.options;

  const plan = (soonest: number): void => {
    const { changes_at: at } = shared.state.availability;
    if (at === null) return;
    const left = Date.parse(at) - clock.now();
    // Browsers wake nobody up after more than 24 days.
    clock.after(Math.min(Math.max(left, soonest), DAY_MS), () => (left > DAY_MS ? plan(0) : turn()));
  };

  const turn = (): void => {
    shared.update({ availability: { open: !shared.state.availability.open, changes_at: null } });
    // Not all windows of all visitors at the same moment.
    clock.after(clock.random() * MINUTE_MS, renew);
  };

  const renew = (): void => {
    shared.reread().then(
      () => plan(MINUTE_MS),
      () => clock.after(MINUTE_MS, renew),
    );
  };

  plan(0);
}
