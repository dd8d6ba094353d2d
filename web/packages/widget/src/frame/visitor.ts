/** Who the visitor is: guest id and token, first contact, and the relay token that comes with it (embedding contract 7, 10). */
import { codeOf, OFFLINE, Refusal } from "@halloo/core";
import type { Public } from "@halloo/wire";
import type { Shared } from "./state.ts";
import { newGuestId } from "./storage.ts";

/** Refusals after which the widget cannot run here. */
export const FATAL: ReadonlySet<string> = new Set([
  "widget_not_found",
  "origin_not_allowed",
  "visitor_blocked",
  "embedding_unverified",
  "ticket_invalid",
]);
const DEAD = "visitor_token_invalid";

export interface VisitorOptions {
  /** The visitor is another one than before: what was theirs leaves the screen. */
  readonly leave: () => void;
  /** What somebody typed who was proven to be who they are is not for the next. */
  readonly wipe: () => void;
  /** First contact with this visitor was made. */
  readonly met: (hello: Public.VisitorHello) => void;
  readonly fail: (code: string) => void;
}

export type Visitor = ReturnType<typeof createVisitor>;

export function createVisitor(shared: Shared, on: VisitorOptions) {
  const { options } = shared;
  const { store, keys } = options;
  const security = () => shared.record.config.v1.security;
  let relay: Public.RelayAccess | null = null;
  let greeting: Promise<Public.VisitorHello> | null = null;
  let turns = 0;

  const setToken = (text: string | null): void => {
    shared.token = text;
    store.set(keys.token, text);
  };

  const guest = (): string => {
    const known = store.get(keys.user);
    if (known && /^guest_[A-Za-z0-9_-]{22,64}$/.test(known)) return known;
    const fresh = newGuestId();
    store.set(keys.user, fresh);
    return fresh;
  };

  const post = async (check?: string): Promise<Public.VisitorHello> => {
    const wanted = security().require_verified_embedding;
    const ticket = wanted ? await options.ticket?.().catch(() => null) : null;
    return shared.api("POST", "/visitor", {
      // A token alone says who they are; an identified visitor's id is not the one that this browser made.
      ...(shared.token ? {} : { user_id: guest() }),
      parent_origin: options.parentOrigin ?? null,
      locale: options.locale,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      embed_ticket: ticket ?? null,
      bot_check: check,
    });
  };

  /** A ticket may have aged on its way; and where many come at once, who comes is asked whether they are a bot. */
  const ask = (): Promise<Public.VisitorHello> =>
    post().catch(async (error: unknown) => {
      if (!/^(ticket_i|bot_check_r)/.test(codeOf(error))) throw error;
      return (await options.parts.person()).again(error as Refusal, post, options.parts.bot);
    });

  /** First contact, unless another tab has made it meanwhile. `dead`: the token that is none any more. */
  const begin = (dead: string | null): Promise<Public.VisitorHello> => {
    const mine = shared.era;
    const work = async (): Promise<Public.VisitorHello> => {
      const stored = store.get(keys.token);
      if (stored !== dead) shared.token = stored;
      else if (dead !== null) {
        store.set(keys.user, null);
        shared.remember({ claims: {}, brought: undefined });
        if (shared.state.memory.proven) {
          options.onError(DEAD);
          on.wipe();
        }
      }
      const answer = await ask();
      if (mine !== shared.era) throw new Refusal(OFFLINE);
      const now = store.get(keys.token);
      if (now !== null && now !== stored) {
        // Meanwhile another tab followed a link, or proved who the visitor is.
        shared.token = now;
        return ask();
      }
      if (answer.visitor.visitor_token) setToken(answer.visitor.visitor_token);
      return answer;
    };
    return options.alone ? options.alone(work) : work();
  };

  /** First contact, or the same visitor again. A dead token starts anew, silently. */
  const hello = async (): Promise<Public.VisitorHello> => {
    const { token, era } = shared;
    if (!token) return begin(null);
    try {
      return await ask();
    } catch (error) {
      if (codeOf(error) !== DEAD || era !== shared.era) throw error;
      shared.token = null;
      return begin(token);
    }
  };

  /** From here on the visitor is who this answer says. */
  const adopt = (visitor: Public.VisitorMe, access: Public.RelayAccess | null): void => {
    const { identified, visitor_token: token, user_id } = visitor;
    relay = access;
    if (token) setToken(token);
    store.set(keys.user, identified ? null : user_id);
    const { me, memory } = shared.state;
    if (identified !== (memory.proven ?? false)) shared.remember({ proven: identified });
    // Another visitor: the server has none of the claims for them.
    if (me && me.id !== visitor.id && memory.claims) shared.remember({ claims: {} });
    shared.update({
      me: { ...visitor, visitor_token: null },
      signIn: security().identity === "required" && !identified,
    });
  };

  const meet = async (): Promise<Public.VisitorHello> => {
    const { era } = shared;
    turns += 1;
    const turn = turns;
    try {
      const answer = await hello();
      if (era !== shared.era || turn !== turns) throw new Refusal(OFFLINE);
      const { me } = shared.state;
      const stranger = me?.id !== answer.visitor.id;
      if (me && stranger) on.leave();
      adopt(answer.visitor, answer.relay);
      shared.update({ team: answer.team, mail: answer.mail, ...(stranger ? { unread: answer.unread } : {}) });
      if (stranger) on.met(answer);
      return answer;
    } catch (error) {
      if (era === shared.era && FATAL.has(codeOf(error))) on.fail(codeOf(error));
      throw error;
    }
  };

  /** `meet`, once at a time: two first contacts would be two visitors. */
  const contact = (): Promise<Public.VisitorHello> => {
    const mine = greeting ?? meet();
    greeting = mine;
    const done = (): void => {
      if (greeting === mine) greeting = null;
    };
    mine.then(done, done);
    return mine;
  };

  return {
    adopt,
    contact,
    /** What is on its way is for nobody any more. */
    forget(): void {
      greeting = relay = null;
    },
    /** A relay token: the one that came along, else a fresh one. */
    async relayToken(): Promise<Public.RelayAccess> {
      const ready = relay;
      relay = null;
      const fresh = ready ?? (await contact()).relay;
      relay = null;
      return fresh;
    },
    /** Asks with a token that is alive: makes contact first where there was none, or where the token has died. */
    async asVisitor<Answer>(question: () => Promise<Answer>): Promise<Answer> {
      if (!shared.token) await contact();
      try {
        return await question();
      } catch (error) {
        if (codeOf(error) !== DEAD) throw error;
        await contact();
        return question();
      }
    },
  };
}
