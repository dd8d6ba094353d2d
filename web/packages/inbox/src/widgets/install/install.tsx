/** The way onto a page: the line of code in its two forms, for five kinds of page, and what the page's policy needs. */
import { Button, CopyField, Notice, Segmented, TabPanel, Tabs } from "@halloo/ui";
import { useState } from "preact/hooks";
import { useQuery } from "../../data/query.ts";
import type { WidgetView } from "../../data/types.ts";
import { t } from "../../i18n.ts";
import { go } from "../../router.ts";
import { Card } from "../../settings/card.tsx";
import { readValues } from "../config.ts";
import { v1Of } from "../widgets-page.tsx";
import { embedQuery, widgetOrigin } from "./embed.ts";
import {
  evergreenTag,
  microphoneLine,
  PAGE_NAMES,
  PAGES,
  type PageKind,
  pinnedTag,
  policyLines,
  snippetOf,
} from "./snippets.ts";

export function Install({ widget }: { widget: WidgetView }) {
  const [form, setForm] = useState<"evergreen" | "pinned">("evergreen");
  const [page, setPage] = useState<PageKind>("html");
  const embed = useQuery(embedQuery);
  const origin = widgetOrigin(embed.data);
  const pinned = form === "pinned";
  const tag = pinned ? embed.data && pinnedTag(widget.id, embed.data) : evergreenTag(widget.id, origin);
  const values = readValues(v1Of(widget));
  const asks = pinned || values["security.require_verified_embedding"];
  const voices = values["files.enabled"] && values["files.types"].includes("audio");
  return (
    <>
      <Card title={t("snippet")} text={t("snippet_text")}>
        {!widget.published && <Notice tone="warn">{t("snippet_unpublished")}</Notice>}
        <div class="ui-field">
          <Segmented
            label={t("snippet")}
            value={form}
            onChoose={setForm}
            choices={[
              { id: "evergreen", label: t("evergreen") },
              { id: "pinned", label: t("pinned") },
            ]}
          />
          <span class="ui-about">{t(pinned ? "pinned_hint" : "evergreen_hint")}</span>
        </div>
        <div class="in-block">
          <Tabs
            id="snippet"
            label={t("snippet")}
            class="in-line-tabs"
            value={page}
            onChoose={setPage}
            choices={PAGES.map((id) => ({ id, label: PAGE_NAMES[id] }))}
          />
          <TabPanel id="snippet" value={page}>
            {tag ? (
              <CopyField
                block
                label={t("snippet")}
                text={snippetOf(page, tag)}
                copyLabel={t("copy")}
                copiedLabel={t("copied")}
              />
            ) : embed.isError || embed.data ? (
              <Notice tone="bad" action={<Button onClick={() => void embed.refetch()}>{t("try_again")}</Button>}>
                {t("pinned_broken")}
              </Notice>
            ) : (
              <p class="ui-about">{t("loading")}</p>
            )}
          </TabPanel>
        </div>
      </Card>
      <Card title={t("policy")} text={t("policy_text")}>
        <CopyField
          block
          label={t("policy")}
          text={policyLines(origin, asks)}
          copyLabel={t("copy")}
          copiedLabel={t("copied")}
        />
        <p class="ui-about">{t(asks ? "policy_asks" : "policy_quiet")}</p>
        {voices && (
          <div class="ui-field">
            <strong>{t("policy_voice")}</strong>
            <CopyField
              block
              label={t("policy_voice")}
              text={microphoneLine(origin)}
              copyLabel={t("copy")}
              copiedLabel={t("copied")}
            />
            <span class="ui-about">{t("policy_voice_text")}</span>
          </div>
        )}
        <div>
          <Button onClick={() => go({ page: "widgets", id: widget.id, section: "csp" })}>{t("policy_more")}</Button>
        </div>
      </Card>
    </>
  );
}
