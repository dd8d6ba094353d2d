/** First contact where many come at once. Apart from the boot core, which has no room for what is seldom needed. */
import type { Refusal } from "@halloo/core";
import type { Loaders } from "../frame/parts.ts";
import type { Challenge } from "./solve.ts";

/** A first contact that was refused, once more: with a fresh ticket, or with the solution of the challenge that came along. */
export async function again<Answer>(
  { details }: Refusal,
  post: (check?: string) => Promise<Answer>,
  client: Loaders["bot"] = () => import("./client.ts"),
): Promise<Answer> {
  const challenge = details["challenge"] as Challenge | undefined;
  return post(challenge && (await (await client()).solve(challenge)));
}
