/** HTTP calls to Halloo: JSON in, JSON out, refusals as `Refusal`. */
import type { Fetch } from "./ports.ts";
import { OFFLINE, Refusal } from "./refusal.ts";

export interface ApiOptions {
  fetch: Fetch;
  /** Prefix of every path, for example `/core`. */
  base: string;
  /** Headers of this moment, for example the visitor's token. */
  headers?: () => Record<string, string>;
}

export type Api = <Answer>(
  method: string,
  path: string,
  body?: unknown,
  more?: Readonly<Record<string, string>>,
) => Promise<Answer>;

const TIMEOUT_MS = 20_000;

const parse = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

/** Gives `call(method, path, body, more headers)`. Answers without a body give `{}`; a dead line is a `Refusal` with code `offline`. */
export function createApi({ fetch, base, headers }: ApiOptions): Api {
  return async <Answer>(
    method: string,
    path: string,
    body?: unknown,
    more?: Readonly<Record<string, string>>,
  ): Promise<Answer> => {
    const all: Record<string, string> = { ...headers?.(), ...more };
    if (body !== undefined) all["content-type"] = "application/json";
    const init = {
      method,
      headers: all,
      // A line that swallows requests would keep whoever asked waiting for minutes.
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const cut = (): never => {
      throw new Refusal(OFFLINE);
    };
    const answer = await fetch(base + path, init).catch(cut);
    const json = parse(await answer.text().catch(cut));
    if (answer.status < 400) return json as Answer;
    const wait = Number(answer.headers.get("retry-after"));
    throw new Refusal(
      typeof json["error"] === "string" ? json["error"] : "bad_answer",
      typeof json["message"] === "string" ? json["message"] : `HTTP ${answer.status}`,
      answer.status,
      (json["details"] ?? {}) as Record<string, unknown>,
      wait > 0 ? wait * 1000 : null,
    );
  };
}
