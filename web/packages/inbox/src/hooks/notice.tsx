/** The line above the inbox that says that a hook fails or was switched off, for those who can do something about it. */
import { Button, IconButton } from "@halloo/ui";
import { TriangleAlert, X } from "lucide-preact";
import { useState } from "preact/hooks";
import { useCan } from "../data/queries.ts";
import { formatLasting, t } from "../i18n.ts";
import { storage } from "../live/browser.ts";
import { go, hookRoute, useRoute } from "../router.ts";
import { useTroubledHooks } from "./trouble.ts";
import type { HookView } from "./types.ts";

const SEEN = "halloo.hooks.seen";

/** What somebody has waved away: this hook in this state. It comes back when the state changes. */
const markOf = (hook: HookView): string => `${hook.id}:${hook.enabled ? hook.failing_since : hook.disabled_reason}`;

const seen = (): readonly string[] => (storage.get(SEEN) ?? "").split(" ").filter(Boolean);

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
  const [away, setAway] = useState(seen);
  const left = may ? troubled.filter((hook) => !away.includes(markOf(hook))) : [];
  const first = left[0];
  // The pages of hooks say it themselves.
  if (!first || route.page === "hooks") return <div role="status" class="ui-hidden" />;
  const dismiss = () => {
    const marks = [...new Set([...away, ...left.map(markOf)])].slice(-50);
    storage.set(SEEN, marks.join(" "));
    setAway(marks);
  };
  return (
    <div role="status" class="in-line-state in-hook-notice">
      <TriangleAlert size={16} />
      <span class="in-grow">
        {left.length > 1 ? t("hooks_notice_several", { count: left.length }) : wordsOf(first)}
      </span>
      <Button
        size="small"
        kind="ghost"
        onClick={() => go(left.length > 1 ? { page: "hooks", at: "list" } : hookRoute(first.id))}
      >
        {t("hooks_notice_look")}
      </Button>
      <IconButton size="small" label={t("hooks_notice_hide")} icon={<X size={16} />} onClick={dismiss} />
    </div>
  );
}
