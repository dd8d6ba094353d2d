/** How one visitor becomes another at this browser: followed from another tab, forgotten. What a page says is `person`. */
import type { Parts } from "./parts.ts";

export function createIdentity(parts: Parts, drop: () => void) {
  const { shared, visitor, leave } = parts;
  const { keys, store } = shared.options;

  /** Forgets who the visitor was, in this tab. */
  const forget = (): void => {
    parts.farewells += 1;
    parts.session().stop();
    drop();
    leave();
    shared.token = null;
    shared.update({
      me: null,
      signIn: shared.record.config.v1.security.identity === "required",
      memory: {},
      settled: false,
      slowUntil: null,
      continued: null,
    });
  };

  return {
    /** Ends the visitor's token at the server and forgets everything, at once and whatever the server says; then, where told so, starts again. */
    async reset(again = true): Promise<void> {
      const ended = shared.token ? shared.api("DELETE", "/visitor").catch(() => undefined) : undefined;
      forget();
      for (const key of Object.values(keys)) store.set(key, null);
      await ended;
      if (again) parts.session().start();
    },
    /** Another tab has changed the token under which all tabs go: be who it is now. */
    follow(): void {
      const stored = store.get(keys.token);
      if (stored === shared.token) return;
      const session = parts.session();
      const before = shared.state.me;
      visitor.forget();
      if (stored === null) {
        // That tab has cleared the storage; what it has begun since is not cleared again.
        forget();
        session.start();
        return;
      }
      shared.token = stored;
      visitor.contact().then(
        ({ visitor: { id, identified } }) => {
          if (id === before?.id && identified === before.identified) return;
          if (before?.identified) parts.writing?.outbox.clear();
          // What that tab has remembered since.
          shared.remember({});
          session.stop();
          session.start();
        },
        () => {
          // Whose screen this is cannot be told: nobody's, until the line is back.
          leave();
          shared.update({ me: null });
          session.stop();
          session.start();
        },
      );
    },
  };
}
