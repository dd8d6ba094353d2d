/** The line above the inbox that says that a hook fails or was switched off, for those who can do something about it. */
import { useCan } from "../data/queries.ts";
import { formatLasting, t } from "../i18n.ts";
import { go, hookRoute, useRoute } from "../router.ts";
import { StandingNotice } from "../shell/standing-notice.tsx";
import { useTroubledHooks } from "./trouble.ts";
import type { HookView } from "./types.ts";

/** What somebody has waved away: this hook in this state. It comes back when the state changes. */
const markOf = (hook: HookView): string => `${hook.id}:${hook.enabled ? hook.failing_since : hook.disabled_reason}`;

function wordsOf(hook: HookView): string {
  const { name } = hook;
  if (hook.enabled) {
    const since = Date.parse(hook.failing_since ?? "");
    return t("hooks_notice_failing", { name, time: formatLasting(Date.now() - since) });
  }
  return t(hook.disabled_reason === "gone" ? "hooks_notice_gone" : "hooks_notice_disabled", { name });
}

export function HookNotice() {
  const may = useCan("hooks:manage");
  const troubled = useTroubledHooks();
  const route = useRoute();
  return (
    <StandingNotice
      kept="halloo.hooks.seen"
      troubles={may ? troubled : []}
      markOf={markOf}
      wordsOf={(left) => (left.length > 1 ? t("hooks_notice_several", { count: left.length }) : wordsOf(left[0]))}
      onLook={(left) => go(left.length > 1 ? { page: "hooks", at: "list" } : hookRoute(left[0].id))}
      there={route.page === "hooks"}
    />
  );
}
