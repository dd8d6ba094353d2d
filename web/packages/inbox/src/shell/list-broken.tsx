import { Button, Empty } from "@halloo/ui";
import { t } from "../i18n.ts";

/** In place of a list that could not be loaded: what happened, and a way to ask again. */
export function ListBroken({ query }: { query: { readonly refetch: () => unknown } }) {
  return (
    <Empty
      drawing="broken"
      title={t("list_broken")}
      action={<Button onClick={() => void query.refetch()}>{t("try_again")}</Button>}
    />
  );
}
