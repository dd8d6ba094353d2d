import { Segmented, Select, Switch } from "@halloo/ui";
import { LANGUAGE_NAMES, LANGUAGES, t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import type { FormProps } from "./editor.tsx";

export function Behaviour({ values, set }: FormProps) {
  return (
    <>
      <Card>
        <Select
          label={t("language")}
          hint={t("widget_language_hint")}
          value={values.locale}
          options={[
            { id: "auto", label: t("as_visitor") },
            ...LANGUAGES.map((id) => ({ id, label: LANGUAGE_NAMES[id] })),
          ]}
          onValue={(id) => set("locale", id)}
        />
      </Card>
      <Card title={t("while_chatting")}>
        <Switch
          label={t("visitor_sound")}
          hint={t("visitor_sound_hint")}
          checked={values.sound}
          onChecked={(on) => set("sound", on)}
        />
        <Switch
          label={t("visitor_can_end")}
          hint={t("visitor_can_end_hint")}
          checked={values.visitor_can_end}
          onChecked={(on) => set("visitor_can_end", on)}
        />
        <Switch
          label={t("typing_preview")}
          hint={t("typing_preview_hint")}
          checked={values.typing_preview}
          onChecked={(on) => set("typing_preview", on)}
        />
      </Card>
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
    </>
  );
}
