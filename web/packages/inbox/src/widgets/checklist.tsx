import { Button } from "@halloo/ui";
import { CircleAlert, CircleCheck, CircleDashed } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { checksQuery } from "../csp/queries.ts";
import { type State, stateOf } from "../csp/state.ts";
import { useCan } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import type { WidgetView } from "../data/types.ts";
import { formatList, t } from "../i18n.ts";
import { go, type WidgetSection } from "../router.ts";
import { Card } from "../settings/card.tsx";
import { readValues } from "./config.ts";
import { warningsOf } from "./domains.ts";
import { identityKeysQuery } from "./security/keys.ts";
import { v1Of } from "./widgets-page.tsx";

export type Check = "done" | "todo" | "look";

export const CHECKS = ["listed", "local", "published", "policy", "keys", "required", "reset"] as const;
type CheckId = (typeof CHECKS)[number];

const localOnes = (domains: readonly string[]): string[] =>
  domains.filter((origin) => warningsOf(origin).includes("localhost"));

/** Whether the pages' policies let the chat in: what the doctor saw last. A page that was not looked at has to be. */
const policyOf = (pages: readonly State[]): Check =>
  pages.includes("required_blocked")
    ? "todo"
    : pages.length > 0 && pages.every((state) => state === "ok" || state === "optional_blocked")
      ? "done"
      : "look";

/** Before going live: what the server knows, and what only people can look at (embedding contract 14). */
export function checksOf(
  widget: Pick<WidgetView, "domains" | "published">,
  identity: { readonly keys: number | null; readonly required: boolean } = { keys: 0, required: false },
  pages: readonly State[] = [],
): Readonly<Record<CheckId, Check>> {
  const local = localOnes(widget.domains).length > 0;
  const { keys, required } = identity;
  // Only where people sign in; without keys nobody can be asked for a proof. Who may not see keys can only look.
  const proof: Check = keys === null ? "look" : keys > 0 ? "done" : required ? "todo" : "look";
  return {
    listed: widget.domains.length > 0 ? "done" : "todo",
    local: widget.domains.length === 0 || local ? "todo" : "done",
    published: widget.published ? "done" : "todo",
    policy: policyOf(pages),
    keys: proof,
    required: required ? proof : "look",
    reset: "look",
  };
}

const ICONS: Readonly<Record<Check, ComponentChildren>> = {
  done: <CircleCheck size={18} />,
  todo: <CircleAlert size={18} />,
  look: <CircleDashed size={18} />,
};

/** Where each line is settled; null where that is not in the inbox. */
const PLACE_OF: Readonly<Record<CheckId, WidgetSection | null>> = {
  listed: "domains",
  local: "domains",
  published: null,
  policy: "csp",
  keys: "security",
  required: "security",
  reset: null,
};

export function Checklist({ widget, section }: { widget: WidgetView; section: WidgetSection }) {
  const may = useCan("web_widgets:manage");
  const keys = useQuery({ ...identityKeysQuery(widget.id), enabled: may }).data;
  const required = readValues(v1Of(widget))["security.identity"] === "required";
  const pages = useQuery(checksQuery(widget.id)).data?.map(stateOf);
  const checks = checksOf(widget, { keys: keys?.length ?? null, required }, pages);
  const local = localOnes(widget.domains);
  const done = CHECKS.filter((id) => checks[id] === "done").length;
  return (
    <Card title={t("before_live")} text={t("before_live_state", { done, all: CHECKS.length })}>
      <ul class="in-checklist">
        {CHECKS.map((id) => {
          const place = PLACE_OF[id];
          return (
            <li key={id} class={`in-check-${checks[id]}`}>
              {ICONS[checks[id]]}
              <span>
                <strong>{t(`check_${id}`)}</strong>
                <span>
                  {id === "local" && local.length > 0
                    ? t("check_local_named", { names: formatList(local) })
                    : t(`check_${id}_text`)}
                </span>
              </span>
              <span class="in-check-state">{t(`check_state_${checks[id]}`)}</span>
              {place !== null && place !== section && checks[id] !== "done" && (
                <Button size="small" onClick={() => go({ page: "widgets", id: widget.id, section: place })}>
                  {t("open_place")}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
