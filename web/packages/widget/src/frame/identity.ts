/** How one visitor becomes another: proven by the page, brought by a link, followed from another tab, forgotten. */
import { type Outbox, Refusal, type Session } from "@halloo/core";
import type { Public } from "@halloo/wire";
import { NEW, type Shared } from "./state.ts";
import type { Visitor } from "./visitor.ts";

const AGAIN_MS = 3000;

/** A JWT, or the JSON text of `{email, hmac}` or `{user_id, hmac}`; a JWT never begins with a brace. The server judges both. */
function readProof(proof: string): Public.IdentifyPost {
  if (!proof.startsWith("{")) return { token: proof };
  try {
    return JSON.parse(proof) as Public.IdentifyPost;
  } catch {
    throw new Refusal("identity_invalid");
  }
}

/** Enough of an address to know one's own by, and no more. */
const masked = (email: string): string => email.replace(/^(.).*(?=@)/u, "$1•••");

export interface IdentityOptions {
  readonly session: () => Session;
  readonly outbox: () => Outbox;
  readonly visitor: Visitor;
  readonly leave: () => void;
  readonly drop: () => void;
  readonly wipe: () => void;
  readonly load: () => Promise<void>;
  readonly flush: () => void;
}

export function createIdentity(shared: Shared, options: IdentityOptions) {
  const { visitor, leave, wipe, load } = options;
  const { keys, store, clock, onWanted } = shared.options;
  /** Counts farewells: a proof that was under way then is not honoured any more. */
  let resets = 0;

  /** A guest's unsent words go along with their proven self, but for those to conversations that did not. */
  const tidy = (): void => {
    const listed = new Set([NEW, ...(shared.state.conversations ?? []).map(({ id }) => id)]);
    const outbox = options.outbox();
    for (const { client_id, thread } of outbox.items) if (!listed.has(thread)) outbox.settle(client_id);
    const drafts = Object.entries(shared.state.memory.drafts ?? {}).filter(([thread]) => listed.has(thread));
    shared.remember({ drafts: Object.fromEntries(drafts) });
  };

  /** The line and the screen go over to the visitor of this answer, whom a link to this address has `brought`. */
  const change = (answer: Public.Identified, same: boolean, brought?: string): void => {
    const { me, memory } = shared.state;
    const session = options.session();
    // The page says on each of its pages who the visitor is: where nothing changes, nothing is interrupted.
    if (same && me?.identified) {
      visitor.adopt(answer.visitor, null);
      return;
    }
    session.stop();
    if (!same) {
      leave();
      if (me ? me.identified : memory.proven) wipe();
    }
    // Before other tabs see the token.
    shared.remember({ brought });
    // Before first contact nobody knows yet who answers; a hello says it.
    visitor.adopt(answer.visitor, me ? answer.relay : null);
    session.follow(`v:${answer.visitor.id}`);
    session.start();
  };

  /** Goes on as the visitor of this answer. */
  const become = async (answer: Public.Identified, link?: boolean): Promise<void> => {
    const { me, memory } = shared.state;
    const { id, email } = answer.visitor;
    const same = me?.id === id;
    // Who sends somebody a link of their own would read along: whose chat it is has to be seen.
    change(answer, same, link ? (same ? memory.brought : masked(email ?? "")) : undefined);
    const mine = shared.era;
    if (!same || answer.merged > 0) await load();
    if (mine !== shared.era) return;
    if (!same) tidy();
    const outbox = options.outbox();
    for (const { client_id, error } of outbox.items) if (error === "identity_required") outbox.again(client_id);
    options.flush();
  };

  const redeem = async (code: string): Promise<void> => {
    const session = options.session();
    try {
      // Whoever is here already goes along; and a page that has to be proven is proven by a hello.
      if (shared.token || shared.record.config.v1.security.require_verified_embedding) await visitor.contact();
      await become(await shared.api<Public.Identified>("POST", "/continue", { code }), true);
      shared.update({ continued: "done" });
    } catch (error) {
      if (error instanceof Refusal && error.passing && error.code !== "rate_limited") {
        clock.after(AGAIN_MS, () => void redeem(code));
        return;
      }
      shared.update({ continued: "invalid" });
      session.start();
    }
  };

  /** Forgets who the visitor was, in this tab. */
  const forget = (): void => {
    resets += 1;
    options.session().stop();
    options.drop();
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
    start(): void {
      const { continueCode: code } = shared.options;
      if (code) {
        onWanted();
        void redeem(code);
      } else options.session().start();
    },
    /** Proves who the visitor is; rejects with the server's refusal, and they stay who they were. */
    async identify(proof: string): Promise<void> {
      const body = readProof(proof);
      const mine = resets;
      const answer = await visitor.asVisitor(() => shared.api<Public.Identified>("POST", "/identify", body));
      if (mine !== resets) throw new Refusal("identity_invalid");
      await become(answer);
    },
    /** Ends the visitor's token at the server and forgets everything, at once and whatever the server says; then, where told so, starts again. */
    async reset(again = true): Promise<void> {
      const ended = shared.token ? shared.api("DELETE", "/visitor").catch(() => undefined) : undefined;
      forget();
      for (const key of Object.values(keys)) store.set(key, null);
      await ended;
      if (again) options.session().start();
    },
    /** Another tab has changed the token under which all tabs go: be who it is now. */
    follow(): void {
      const stored = store.get(keys.token);
      if (stored === shared.token) return;
      const session = options.session();
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
          if (before?.identified) options.outbox().clear();
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
