import { Select, Switch } from "@halloo/ui";
import { LANGUAGE_NAMES, LANGUAGES, t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import { Files } from "./files-form.tsx";
import type { FormProps } from "./sections.tsx";

export function Behaviour(form: FormProps) {
  const { values, set } = form;
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
      <Files {...form} />
    </>
  );
}
