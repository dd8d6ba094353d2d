/** What the page claims about its visitor: told once a contact was made, and only what the server does not have yet. */
import { Refusal } from "@halloo/core";
import type { Public } from "@halloo/wire";
import type { Shared } from "./state.ts";

/** Claims that were neither refused nor can be sent for now. */
const canWait = (error: unknown): boolean =>
  error instanceof Refusal && (error.passing || error.code === "identity_required");

/** A mark of a value that tells it from another, and from which nobody reads the value. */
function markOf(value: unknown): number {
  let mark = 2166136261;
  for (const char of JSON.stringify(value)) mark = Math.imul(mark ^ (char.codePointAt(0) ?? 0), 16777619);
  return mark;
}

export function createClaims(shared: Shared, asVisitor: <Answer>(ask: () => Promise<Answer>) => Promise<Answer>) {
  let wanted: Public.VisitorPatch = {};
  let turn: Promise<unknown> = Promise.resolve();

  const patch = async (fields: Public.VisitorPatch): Promise<void> => {
    let mine = shared.era;
    const { visitor } = await asVisitor(() => {
      mine = shared.era;
      return shared.api<Public.VisitorPatched>("PATCH", "/visitor", fields);
    });
    if (mine !== shared.era) return;
    const marks = Object.entries(fields).map(([name, value]) => [name, markOf(value)]);
    shared.remember({ claims: { ...shared.state.memory.claims, ...Object.fromEntries(marks) } });
    shared.update({ me: { ...visitor, visitor_token: null } });
  };

  const send = async (): Promise<void> => {
    const known = shared.state.memory.claims ?? {};
    const news = Object.entries(wanted).filter(([name, value]) => known[name] !== markOf(value));
    if (news.length === 0) return;
    try {
      await patch(Object.fromEntries(news));
    } catch (error) {
      if (canWait(error)) return;
      // Said again it would be refused again.
      wanted = {};
      throw error;
    }
  };

  /** One after the other: what was said last counts. */
  const flush = (): Promise<void> => {
    const mine = turn.then(() => (shared.state.me ? send() : undefined));
    turn = mine.catch(() => undefined);
    return mine;
  };

  return {
    patch,
    flush,
    /** Resolves once the server has it, or where it has to wait; rejects with the server's refusal. */
    claim(fields: Public.VisitorPatch): Promise<void> {
      wanted = { ...wanted, ...fields };
      return flush();
    },
    forget(): void {
      wanted = {};
    },
  };
}
