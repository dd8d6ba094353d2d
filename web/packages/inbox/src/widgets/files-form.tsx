import { Checkbox, Switch } from "@halloo/ui";
import { t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import { NumberField } from "./number-field.tsx";
import type { FormProps } from "./sections.tsx";

const MIB = 1024 * 1024;
const KINDS = ["image", "pdf", "text", "office", "audio", "video", "archive"] as const;

/** What visitors may send beside words. */
export function Files({ values, set, error }: FormProps) {
  const types = values["files.types"];
  const turn = (kind: string, on: boolean) =>
    set(
      "files.types",
      KINDS.filter((one) => (one === kind ? on : types.includes(one))),
    );
  return (
    <Card title={t("files")}>
      <Switch
        label={t("visitors_send_files")}
        hint={t("visitors_send_files_hint")}
        checked={values["files.enabled"]}
        onChecked={(on) => set("files.enabled", on)}
      />
      {values["files.enabled"] && (
        <>
          <NumberField
            label={t("largest_file")}
            any
            low={0.001}
            high={25}
            end={<span class="ui-about">MB</span>}
            value={Math.round((values["files.max_bytes"] / MIB) * 1000) / 1000}
            error={error("files.max_bytes")}
            onValue={(megabytes) => megabytes !== null && set("files.max_bytes", Math.round(megabytes * MIB))}
          />
          <fieldset class="in-checks">
            <legend class="ui-label">{t("file_kinds")}</legend>
            {KINDS.map((kind) => (
              <Checkbox
                key={kind}
                label={t(`file_kind_${kind}`)}
                {...(kind === "audio" ? { hint: t("file_kind_audio_hint") } : {})}
                checked={types.includes(kind)}
                onChecked={(on) => turn(kind, on)}
              />
            ))}
          </fieldset>
        </>
      )}
    </Card>
  );
}
