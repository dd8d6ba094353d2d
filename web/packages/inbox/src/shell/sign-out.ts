import { complain } from "../data/actions.ts";
import { call, signedOut } from "../data/api.ts";
import { client } from "../data/query.ts";

/** Ends this session, or all of this operator's. Drafts stay. */
export async function signOut(everywhere: boolean): Promise<void> {
  try {
    await call("DELETE", everywhere ? "/sessions" : "/session");
  } catch (error) {
    complain(error);
    return;
  }
  signedOut.set(true);
  client.clear();
}
