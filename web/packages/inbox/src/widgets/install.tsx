import { CopyField, Notice } from "@halloo/ui";
import type { WidgetView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";

/** The one line for the customer's page. */
export const snippetOf = (id: string, origin: string): string =>
  `<script async src="${origin}/public/embed/${id}"></script>`;

export function Install({ widget }: { widget: WidgetView }) {
  return (
    <Card title={t("snippet")} text={t("snippet_text")}>
      {!widget.published && <Notice tone="warn">{t("snippet_unpublished")}</Notice>}
      <CopyField
        block
        label={t("snippet")}
        text={snippetOf(widget.id, location.origin)}
        copyLabel={t("copy")}
        copiedLabel={t("copied")}
      />
      <p class="ui-about">{t("snippet_policy", { origin: location.origin })}</p>
    </Card>
  );
}
