/** The server's status, asked for again and again while somebody looks. */
import { useEffect, useState } from "preact/hooks";
import { get } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { type Options, useQuery } from "../data/query.ts";
import { useStore } from "../data/store.ts";
import type { StatusView } from "../data/types.ts";
import { line } from "../live/live.ts";

const EVERY = 5_000;

const statusQuery: Options<StatusView> = {
  queryKey: keys.status,
  queryFn: () => get<StatusView>("/status"),
  staleTime: 0,
};

/** Looks every five seconds; a page that nobody sees does not ask, and asks at once when it is seen again. */
export function useStatus() {
  const query = useQuery(statusQuery);
  const { isError, isSuccess, refetch } = query;
  const [gone, setGone] = useState(false);
  useEffect(() => {
    // Between two tries without an answer it is still gone.
    if (isError || isSuccess) setGone(isError);
  }, [isError, isSuccess]);
  const { kind } = useStore(line);
  useEffect(() => {
    // One's own connection is among the figures, and the first sign of a server that is back.
    if (kind === "live" && document.visibilityState === "visible") void refetch();
  }, [kind, refetch]);
  useEffect(() => {
    let timer = 0;
    const stop = () => clearInterval(timer);
    const look = () => {
      stop();
      if (document.visibilityState !== "visible") return;
      timer = window.setInterval(() => void refetch(), EVERY);
    };
    const seen = () => {
      if (document.visibilityState === "visible") void refetch();
      look();
    };
    look();
    document.addEventListener("visibilitychange", seen);
    return () => {
      stop();
      document.removeEventListener("visibilitychange", seen);
    };
  }, [refetch]);
  return { status: query.data, gone, look: refetch };
}
