/** Parts that are fetched at leisure. */
import { useEffect, useState } from "preact/hooks";

const AGAIN_MS = 3_000;

/** What `fetch` brings once it is `wanted`, anew for another `key`; null until it is here. Where it cannot be had it is tried again. */
export function useFetched<Found extends object>(
  fetch: () => Promise<Found>,
  wanted: boolean,
  key: unknown,
): Found | null {
  const [found, setFound] = useState<Found | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` says when something else is fetched
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    let timer = 0;
    const go = (): void => {
      fetch().then(
        (here) => {
          if (!gone) setFound(here);
        },
        () => {
          if (!gone) timer = window.setTimeout(go, AGAIN_MS);
        },
      );
    };
    go();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [key, wanted]);
  return found;
}
