/**
 * Who the page says the visitor is: proven by it, brought by a link, or only claimed (embedding contract 10). Fetched when it does.
 */
import { Refusal } from "@halloo/core";
import type { Public } from "@halloo/wire";
import { readAttributes } from "./attributes.ts";
import { createClaims } from "./claims.ts";
import type { Parts } from "./parts.ts";
import { NEW } from "./state.ts";

export { again } from "../bot/again.ts";
export { readAttributes } from "./attributes.ts";

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

export type Person = ReturnType<typeof createPerson>;

export function createPerson(parts: Parts) {
  const { shared, visitor, leave, wipe, conversations } = parts;
  const { clock } = shared.options;
  const claims = createClaims(shared, visitor.asVisitor);

  /** Tells claims that had to wait; nobody is there any more to whom a refusal could be given but the page. */
  const flush = (): void => {
    claims.flush().catch((error: Refusal) => shared.options.onError(error.code));
  };

  /** A guest's unsent words go along with their proven self, but for those to conversations that did not. */
  const tidy = (): void => {
    const listed = new Set([NEW, ...(shared.state.conversations ?? []).map(({ id }) => id)]);
    const { writing } = parts;
    for (const { client_id, thread } of writing?.outbox.items ?? []) {
      if (!listed.has(thread)) writing?.outbox.settle(client_id);
    }
    const drafts = Object.entries(shared.state.memory.drafts ?? {}).filter(([thread]) => listed.has(thread));
    shared.remember({ drafts: Object.fromEntries(drafts) });
  };

  /** The line and the screen go over to the visitor of this answer, whom a link to this address has `brought`. */
  const change = (answer: Public.Identified, same: boolean, brought?: string): void => {
    const { me, memory } = shared.state;
    const session = parts.session();
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
    if (!same || answer.merged > 0) await conversations.load();
    // Words of a former page are about to be sent.
    await parts.waiting;
    if (mine !== shared.era) return;
    if (!same) tidy();
    const { writing } = parts;
    for (const { client_id, error } of writing?.outbox.items ?? []) {
      if (error === "identity_required") writing?.outbox.again(client_id);
    }
    flush();
  };

  const redeem = async (code: string): Promise<void> => {
    const session = parts.session();
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

  return {
    redeem,
    patch: claims.patch,
    forget: claims.forget,
    flush,
    /** Attributes that the page claims. Rejects with `field_unknown` or `field_invalid`. */
    async claim(attributes: Record<string, unknown>, farewells: number): Promise<void> {
      const { locale: _locale, theme: _theme, ...fields } = readAttributes(attributes);
      if (farewells !== parts.farewells) return;
      if (fields.data) shared.metadata = { ...shared.metadata, ...fields.data };
      await claims.claim(fields);
    },
    /** Proves who the visitor is; rejects with the server's refusal, and they stay who they were. */
    async identify(proof: string, farewells: number): Promise<void> {
      const body = readProof(proof);
      const left = (): void => {
        if (farewells !== parts.farewells) throw new Refusal("identity_invalid");
      };
      left();
      const answer = await visitor.asVisitor(() => shared.api<Public.Identified>("POST", "/identify", body));
      left();
      await become(answer);
    },
  };
}
