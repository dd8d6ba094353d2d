/** The management API with the cookie session. A lost session is told once; whoever asked gets the refusal all the same. */
import { createApi } from "@halloo/core/api.ts";
import { Refusal } from "@halloo/core/refusal.ts";
import { createStore } from "./store.ts";

const json = createApi({
  base: "/core",
  fetch: (url, init) => fetch(url, { ...init, credentials: "same-origin" }),
  headers: () => ({ accept: "application/json", "x-halloo-request": "1" }),
});

/** Whether the session ended while the inbox was open. */
export const signedOut = createStore(false);

/** Calls that are about signing in: there a 401 is an answer, not the end of a session. */
const OPEN = new Set(["/session", "/invitations/accept"]);

export async function call<Answer>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
): Promise<Answer> {
  try {
    return await json<Answer>(method, path, body, headers);
  } catch (error) {
    if (error instanceof Refusal && error.status === 401 && !OPEN.has(path)) signedOut.set(true);
    throw error;
  }
}

/** The code of a session that the browser did not keep. */
export const NOT_KEPT = "session_not_kept";

/**
 * Begins a session and gives what `/session` answers. Refused with `session_not_kept` where the browser throws its cookie away: it is
 * `Secure`, and Safari takes no such cookie over http, not from localhost either.
 */
export async function beginSession<Answer>(body: { email: string; password: string }): Promise<Answer> {
  const answer = await call<Answer>("POST", "/session", body);
  await json("GET", "/me").catch((error: unknown) => {
    if (error instanceof Refusal && error.status === 401) throw new Refusal(NOT_KEPT);
  });
  return answer;
}

export const get = <Answer>(path: string): Promise<Answer> => call<Answer>("GET", path);

/** `?a=1&b=2` from what is set. */
export function queryString(values: Readonly<Record<string, string | number | boolean | null | undefined>>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== "" && value !== false) search.set(key, String(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

export { Refusal };
