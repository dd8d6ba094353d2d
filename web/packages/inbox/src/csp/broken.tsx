/** What could not be loaded, and a way to try again. */
import { Button, Notice } from "@halloo/ui";
import { reasonOf } from "../data/reason.ts";
import { t } from "../i18n.ts";

export const Broken = ({ error, onAgain }: { error: unknown; onAgain: () => void }) => (
  <Notice tone="bad" action={<Button onClick={onAgain}>{t("try_again")}</Button>}>
    {reasonOf(error)}
  </Notice>
);
