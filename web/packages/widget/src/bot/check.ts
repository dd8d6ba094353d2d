/**
 * When what is said needs a bot check, and that it is at hand by then: where the widget always asks it is solved while the visitor
 * types, elsewhere once the server has asked. A solution counts once, and for one visitor.
 */
import { codeOf, Refusal } from "@halloo/core";
import { cut, type Parts } from "../frame/parts.ts";
import type { Challenge } from "./solve.ts";

/** The server takes solutions for ten minutes; whoever pauses that long while writing gets a new one. */
const KEPT_MS = 8 * 60_000;
const TRIES = 3;
const ABOUT: ReadonlySet<string> = new Set(["bot_check_required", "bot_check_failed"]);

const fetchClient = () => import("./client.ts");

export type BotCheck = ReturnType<typeof createBotCheck>;

export function createBotCheck({ shared, visitor }: Pick<Parts, "shared" | "visitor">) {
  const { api, options } = shared;
  const { clock } = options;
  /** The server has asked for one. */
  let asked = false;
  let ready: { readonly token: string | null; readonly until: number; readonly payload: Promise<string> } | null = null;

  const needed = (): boolean => {
    if (shared.state.me?.identified) return false;
    return asked || shared.record.config.v1.bot_check?.guard_level === "always";
  };

  const make = async (): Promise<string> => {
    const [challenge, { solve }] = await Promise.all([
      visitor.asVisitor(() => api<Challenge>("GET", "/bot-check")),
      (options.parts.bot ?? fetchClient)().catch(cut),
    ]);
    return solve(challenge).catch(() => {
      throw new Refusal("bot_check_failed");
    });
  };

  /** Begins to solve where a solution will be needed and none is at hand. */
  const ahead = (): void => {
    if (!needed() || (ready && ready.token === shared.token && ready.until > clock.now())) return;
    const payload = make();
    const mine = { token: shared.token, until: clock.now() + KEPT_MS, payload };
    ready = mine;
    payload.catch(() => {
      if (ready === mine) ready = null;
    });
  };

  /** The solution for the next thing said, which nothing else gets. */
  const take = (): Promise<string | null> => {
    ahead();
    const mine = ready;
    ready = null;
    return mine && needed() ? mine.payload : Promise.resolve(null);
  };

  return {
    ahead,
    /** Says something with a solution where one is needed, and again where the server wants one, or another one. */
    async around<Answer>(say: (check: { bot_check?: string }) => Promise<Answer>): Promise<Answer> {
      for (let tries = 1; ; tries += 1) {
        const payload = await take();
        try {
          return await say(payload === null ? {} : { bot_check: payload });
        } catch (error) {
          if (!ABOUT.has(codeOf(error)) || tries === TRIES) throw error;
          asked = true;
        }
      }
    },
  };
}
