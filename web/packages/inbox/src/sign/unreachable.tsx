import { Button, Empty } from "@halloo/ui";
import { Refusal } from "../data/api.ts";
import { reasonOf } from "../data/reason.ts";
import { t } from "../i18n.ts";

/** The inbox could not even begin. */
export function Unreachable({ error, onAgain }: { error: Error; onAgain: () => void }) {
  const offline = error instanceof Refusal && error.code === "offline";
  return (
    <main class="in-door">
      <Empty
        drawing="broken"
        title={t("unreachable_title")}
        text={offline ? t("unreachable_text") : reasonOf(error)}
        action={<Button onClick={onAgain}>{t("try_again")}</Button>}
      />
    </main>
  );
}
