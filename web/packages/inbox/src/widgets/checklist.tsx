import { CircleAlert, CircleCheck, CircleDashed } from "lucide-preact";
import type { ComponentChildren } from "preact";
import type { WidgetView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import { warningsOf } from "./domains.ts";

export type Check = "done" | "todo" | "look";

/** Before going live: what the server knows, and what only people can look at (embedding contract 14). */
export function checksOf(
  widget: Pick<WidgetView, "domains" | "published">,
): Readonly<Record<"listed" | "local" | "published" | "policy", Check>> {
  const local = widget.domains.some((origin) => warningsOf(origin).includes("localhost"));
  return {
    listed: widget.domains.length > 0 ? "done" : "todo",
    local: widget.domains.length === 0 || local ? "todo" : "done",
    published: widget.published ? "done" : "todo",
    policy: "look",
  };
}

const ICONS: Readonly<Record<Check, ComponentChildren>> = {
  done: <CircleCheck size={18} />,
  todo: <CircleAlert size={18} />,
  look: <CircleDashed size={18} />,
};

export function Checklist({ widget }: { widget: WidgetView }) {
  const checks = checksOf(widget);
  return (
    <Card title={t("before_live")} text={t("before_live_text")}>
      <ul class="in-checklist">
        {(Object.keys(checks) as (keyof typeof checks)[]).map((id) => (
          <li key={id} class={`in-check-${checks[id]}`}>
            {ICONS[checks[id]]}
            <span>
              <strong>{t(`check_${id}`)}</strong>
              <span>{t(`check_${id}_text`)}</span>
            </span>
            <span class="in-check-state">{t(`check_state_${checks[id]}`)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
