/** Has a challenge solved beside the page, which never waits. Fetched when a check is needed for the first time. */
import type { Challenge, Solution } from "./solve.ts";
import address from "./worker.ts?worker&url";

/** A phone that takes longer has gone to sleep. */
const PATIENCE_MS = 30_000;

interface Policy {
  createScriptURL(address: string): string;
}
interface Types {
  createPolicy(name: string, rules: Policy): Policy;
}

const types = (globalThis as { trustedTypes?: Types }).trustedTypes;
/** Lets one address become a script: that of the worker. */
const policy = types?.createPolicy("halloo", {
  createScriptURL(text) {
    if (text !== address) throw new TypeError("not the worker");
    return text;
  },
});

/** The payload that the server takes as `bot_check`. Rejects where no worker runs. */
export function solve(challenge: Challenge): Promise<string> {
  return new Promise((done, fail) => {
    let worker: Worker | null = null;
    const end = (payload: string | null): void => {
      clearTimeout(timer);
      worker?.terminate();
      if (payload === null) fail(new Error("no worker"));
      else done(payload);
    };
    const timer = setTimeout(() => end(null), PATIENCE_MS);
    try {
      worker = new Worker(policy?.createScriptURL(address) ?? address);
    } catch {
      end(null);
      return;
    }
    worker.onerror = () => end(null);
    worker.onmessage = ({ data: solution }: MessageEvent<Solution | null>) =>
      end(solution && btoa(JSON.stringify({ challenge, solution })));
    worker.postMessage(challenge);
  });
}
