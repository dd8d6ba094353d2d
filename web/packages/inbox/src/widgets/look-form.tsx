import { ColourField, contrast, Segmented, Select, Switch, TextField } from "@halloo/ui";
import { CircleQuestionMark, Hand, MessageCircle } from "lucide-preact";
import { useState } from "preact/hooks";
import { t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import { BUILT_IN, type Path } from "./config.ts";
import { NumberField } from "./number-field.tsx";
import type { FormProps } from "./sections.tsx";

const MODES = ["light_mode", "dark_mode"] as const;
type Mode = (typeof MODES)[number];

/** What text needs against its ground (WCAG 2.2 AA). */
const LEGIBLE = 4.5;

const SIZES = [40, 48, 56, 64, 72] as const;
const SIZE_NAMES = { 40: "XS", 48: "S", 56: "M", 64: "L", 72: "XL" } as const;
const POSITIONS = ["bottom_right", "bottom_left", "top_right", "top_left"] as const;

export function Look(form: FormProps) {
  const { values, set, workspace, error } = form;
  const size = SIZES.find((one) => one === values["trigger.size"]);
  return (
    <>
      <Card title={t("look_name")}>
        <TextField
          label={t("title")}
          hint={t("title_hint", { name: workspace })}
          placeholder={workspace}
          value={values["chat.title"]}
          maxLength={60}
          onValue={(text) => set("chat.title", text)}
          error={error("chat.title")}
        />
        <div class="ui-field">
          <span class="ui-label">{t("theme")}</span>
          <Segmented
            label={t("theme")}
            value={values.theme}
            onChoose={(id) => set("theme", id)}
            choices={[
              { id: "system", label: t("as_page") },
              { id: "light", label: t("light") },
              { id: "dark", label: t("dark") },
            ]}
          />
        </div>
      </Card>
      <Colours {...form} />
      <Card title={t("launcher")}>
        <div class="in-grid">
          <Select
            label={t("position")}
            value={values["trigger.position"]}
            options={POSITIONS.map((id) => ({ id, label: t(`position_${id}`) }))}
            onValue={(id) => set("trigger.position", id)}
          />
          <TextField
            label={t("launcher_label")}
            hint={t("launcher_label_hint")}
            value={values["trigger.label"]}
            maxLength={40}
            onValue={(text) => set("trigger.label", text)}
            error={error("trigger.label")}
          />
        </div>
        <div class="in-grid">
          <div class="ui-field">
            <span class="ui-label">{t("size")}</span>
            <Segmented
              label={t("size")}
              value={String(size ?? values["trigger.size"])}
              onChoose={(id) => set("trigger.size", Number(id))}
              choices={SIZES.map((one) => ({ id: String(one), label: SIZE_NAMES[one] }))}
            />
          </div>
          <NumberField
            label={t("size_exact")}
            low={40}
            high={72}
            end={<span class="in-soft">px</span>}
            value={values["trigger.size"]}
            onValue={(pixels) => pixels !== null && set("trigger.size", pixels)}
            error={error("trigger.size")}
          />
          <div class="ui-field">
            <span class="ui-label">{t("shape")}</span>
            <Segmented
              label={t("shape")}
              value={values["trigger.shape"]}
              onChoose={(id) => set("trigger.shape", id)}
              choices={[
                { id: "circle", label: t("shape_circle") },
                { id: "square", label: t("shape_square") },
              ]}
            />
          </div>
          <div class="ui-field">
            <span class="ui-label">{t("avatar_shape")}</span>
            <Segmented
              label={t("avatar_shape")}
              value={values["chat.avatar_shape"] ?? values["trigger.shape"]}
              onChoose={(id) => set("chat.avatar_shape", id)}
              choices={[
                { id: "circle", label: t("shape_circle") },
                { id: "square", label: t("shape_square") },
              ]}
            />
          </div>
        </div>
        <div class="ui-field">
          <span class="ui-label">{t("icon")}</span>
          <Segmented
            label={t("icon")}
            value={values["trigger.icon"]}
            onChoose={(id) => set("trigger.icon", id)}
            choices={[
              { id: "chat", label: t("icon_chat"), icon: <MessageCircle size={16} /> },
              { id: "question", label: t("icon_question"), icon: <CircleQuestionMark size={16} /> },
              { id: "wave", label: t("icon_wave"), icon: <Hand size={16} /> },
            ]}
          />
        </div>
        <div class="in-grid">
          {(["offset_x", "offset_y"] as const).map((side) => (
            <NumberField
              key={side}
              label={t(side)}
              low={0}
              high={200}
              end={<span class="in-soft">px</span>}
              value={values[`trigger.${side}`]}
              onValue={(pixels) => pixels !== null && set(`trigger.${side}`, pixels)}
              error={error(`trigger.${side}`)}
            />
          ))}
        </div>
        <Switch
          label={t("hide_launcher")}
          hint={t("hide_launcher_hint")}
          checked={values["trigger.hidden"]}
          onChecked={(on) => set("trigger.hidden", on)}
        />
      </Card>
    </>
  );
}

function Colours({ values, set }: FormProps) {
  const [mode, setMode] = useState<Mode>("light_mode");
  const words = { saturation: t("saturation"), hue: t("hue"), builtIn: t("built_in"), swatches: t("swatches") };
  const pair = (part: "user_message" | "controls_button", ground: string, text: string) => {
    const groundPath = `chat.${mode}.background_color.${part}` as const satisfies Path;
    const textPath = `chat.${mode}.text_color.${part}` as const satisfies Path;
    const shownGround = values[groundPath] || BUILT_IN[mode].background_color;
    const own = values[groundPath];
    const builtInText =
      own === ""
        ? BUILT_IN[mode].text_color
        : contrast(own, "#ffffff") >= contrast(own, "#111111")
          ? "#ffffff"
          : "#111111";
    const ratio = contrast(shownGround, values[textPath] || builtInText);
    const low = ratio < LEGIBLE ? t("low_contrast", { ratio: ratio.toFixed(1) }) : undefined;
    return (
      <div class="in-grid">
        <ColourField
          label={ground}
          value={own}
          builtIn={BUILT_IN[mode].background_color}
          onValue={(hex) => set(groundPath, hex)}
          words={words}
        />
        <ColourField
          label={text}
          value={values[textPath]}
          builtIn={builtInText}
          onValue={(hex) => set(textPath, hex)}
          words={words}
          warning={low}
        />
      </div>
    );
  };
  return (
    <Card title={t("colours")} text={t("colours_text")}>
      <Segmented
        label={t("colours")}
        value={mode}
        onChoose={setMode}
        choices={[
          { id: "light_mode", label: t("light") },
          { id: "dark_mode", label: t("dark") },
        ]}
      />
      {pair("user_message", t("colour_message"), t("colour_message_text"))}
      {pair("controls_button", t("colour_button"), t("colour_button_text"))}
    </Card>
  );
}
