import type { SessionStatus } from "@halloo/core/session.ts";
import { Button } from "@halloo/ui";
import { WifiOff } from "lucide-preact";
import { t } from "../i18n.ts";
import { tryNow } from "../live/live.ts";
import { useSettled } from "./use.ts";

/** Whether there is no live connection; short breaks do not count. */
export function useDown(status: SessionStatus): boolean {
  const down =
    status.kind === "waiting" || status.kind === "stopped" || (status.kind === "connecting" && status.failures > 0);
  return useSettled(down, 2500) && down;
}

/** A quiet line while there is no live connection. */
export function LineState({ status }: { status: SessionStatus }) {
  if (!useDown(status)) return <div role="status" class="ui-hidden" />;
  return (
    <div role="status" class="in-line-state">
      <WifiOff size={16} />
      <span>{t(status.kind === "stopped" ? "line_stopped" : "line_down")}</span>
      {status.kind === "stopped" ? (
        <Button size="small" kind="ghost" onClick={() => location.reload()}>
          {t("reload")}
        </Button>
      ) : (
        <Button size="small" kind="ghost" onClick={tryNow}>
          {t("try_now")}
        </Button>
      )}
    </div>
  );
}
