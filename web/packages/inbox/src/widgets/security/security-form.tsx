/** Who may show the chat, how people prove who they are, and what is kept of a visit. */
import { Notice, Segmented, Switch } from "@halloo/ui";
import { useQuery } from "../../data/query.ts";
import { t } from "../../i18n.ts";
import { Card } from "../../settings/card.tsx";
import { embedQuery, widgetOrigin } from "../install/embed.ts";
import { NumberField } from "../number-field.tsx";
import type { FormProps } from "../sections.tsx";
import { IdentityKeys } from "./identity-keys.tsx";
import { identityKeysQuery } from "./keys.ts";

export function Security(form: FormProps) {
  const { widget, values, set, error, disabled } = form;
  const verified = values["security.require_verified_embedding"];
  const identity = values["security.identity"];
  const keys = useQuery({ ...identityKeysQuery(widget.id), enabled: !disabled });
  const embed = useQuery({ ...embedQuery, enabled: verified });
  const keyless = keys.isSuccess && keys.data.length === 0;
  return (
    <>
      <Card title={t("identity")} text={t("identity_text")}>
        <div class="ui-field">
          <Segmented
            label={t("identity")}
            value={identity}
            onChoose={(id) => set("security.identity", id)}
            choices={[
              { id: "optional", label: t("identity_optional") },
              { id: "required", label: t("identity_required") },
            ]}
          />
          <span class="ui-about">
            {t(identity === "required" ? "identity_required_hint" : "identity_optional_hint")}
          </span>
          {error("security.identity") && <span class="ui-about ui-error">{error("security.identity")}</span>}
        </div>
        {identity === "required" && keyless && <Notice tone="bad">{t("identity_keyless")}</Notice>}
      </Card>
      {!disabled && <IdentityKeys widget={widget} />}
      <Card title={t("embedding")}>
        <Switch
          label={t("verified_embedding")}
          hint={t("verified_embedding_hint")}
          checked={verified}
          onChecked={(on) => set("security.require_verified_embedding", on)}
        />
        {verified && (
          <p class="ui-about">
            {t("verified_embedding_policy")} <code dir="ltr">connect-src {widgetOrigin(embed.data)}</code>
          </p>
        )}
      </Card>
      <BotCheck {...form} />
      <Privacy {...form} />
      <Kept {...form} />
    </>
  );
}

const BOT_HINTS = { off: "bot_off_hint", adaptive: "bot_adaptive_hint", always: "bot_always_hint" } as const;

function BotCheck({ values, set }: FormProps) {
  const level = values["bot_check.guard_level"];
  return (
    <Card title={t("bot_check")}>
      <div class="ui-field">
        <Segmented
          label={t("bot_check")}
          value={level}
          onChoose={(id) => set("bot_check.guard_level", id)}
          choices={[
            { id: "off", label: t("bot_off") },
            { id: "adaptive", label: t("bot_adaptive") },
            { id: "always", label: t("bot_always") },
          ]}
        />
        <span class="ui-about">{t(BOT_HINTS[level as keyof typeof BOT_HINTS])}</span>
      </div>
    </Card>
  );
}

/** How long what was said is kept; empty is for ever. */
function Kept({ values, set, error }: FormProps) {
  return (
    <Card title={t("retention")} text={t("retention_text")}>
      {(["conversations", "files"] as const).map((what) => (
        <NumberField
          key={what}
          label={t(`retention_${what}`)}
          hint={t(`retention_${what}_hint`)}
          low={1}
          high={3650}
          optional
          placeholder={t("for_ever")}
          end={<span class="ui-about">{t("days")}</span>}
          value={values[`retention.${what}_days`]}
          error={error(`retention.${what}_days`)}
          onValue={(days) => set(`retention.${what}_days`, days)}
        />
      ))}
    </Card>
  );
}

function Privacy({ values, set }: FormProps) {
  return (
    <Card title={t("privacy")}>
      <div class="ui-field">
        <span class="ui-label">{t("page_tracking")}</span>
        <Segmented
          label={t("page_tracking")}
          value={values.page_tracking}
          onChoose={(id) => set("page_tracking", id)}
          choices={[
            { id: "off", label: t("tracking_off") },
            { id: "path", label: t("tracking_path") },
            { id: "full", label: t("tracking_full") },
          ]}
        />
        <span class="ui-about">{t("page_tracking_hint")}</span>
      </div>
      <div class="ui-field">
        <span class="ui-label">{t("boot")}</span>
        <Segmented
          label={t("boot")}
          value={values.boot}
          onChoose={(id) => set("boot", id)}
          choices={[
            { id: "eager", label: t("boot_eager") },
            { id: "interaction", label: t("boot_interaction") },
          ]}
        />
        <span class="ui-about">{t("boot_hint")}</span>
      </div>
    </Card>
  );
}
