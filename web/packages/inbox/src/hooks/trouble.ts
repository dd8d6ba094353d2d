/** Hooks that somebody should look at. Part of the first load: it has to be small. */
import { hooksQuery, useCan } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import type { HookView } from "./types.ts";

const DAY = 86_400_000;

/** Whether a hook is to be told of without anybody asking: Halloo switched it off, or a day brought only failures. */
export const isTroubled = (hook: HookView, now = Date.now()): boolean =>
  hook.enabled
    ? hook.state !== "active" && typeof hook.failing_since === "string" && now - Date.parse(hook.failing_since) >= DAY
    : hook.disabled_reason !== "operator" && hook.disabled_reason !== null;

/** Those hooks; none for who may not see hooks. Facts tell when it is time to ask again. */
export function useTroubledHooks(): readonly HookView[] {
  const may = useCan("hooks:read");
  const query = useQuery({ ...hooksQuery, enabled: may });
  return (may ? (query.data ?? []) : []).filter((hook) => isTroubled(hook));
}
