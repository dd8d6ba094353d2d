/** Forms to begin with. */
import { t } from "../../i18n.ts";
import { DEFAULT_SCALE, type Form, type FormKind } from "./model.ts";

/** “Name and email”: who it is, before the first word. */
const nameAndEmail = (): Form => ({
  title: t("form_start_title"),
  submit_label: t("form_start_submit"),
  fields: [
    { id: "name", type: "text", label: t("name"), required: false, maps_to: "name" },
    { id: "email", type: "email", label: t("email"), required: true, maps_to: "email" },
  ],
});

/** “Stars and a comment”: how it was. */
const starsAndComment = (): Form => ({
  title: t("form_rate_title"),
  submit_label: t("send"),
  fields: [
    { id: "rating", type: "rating", label: t("form_rate_stars"), required: true, scale: DEFAULT_SCALE },
    { id: "comment", type: "textarea", label: t("form_rate_comment"), required: false },
  ],
});

export const templateOf = (kind: FormKind): Form => (kind === "pre" ? nameAndEmail() : starsAndComment());

/** What an option is called before it has a name. */
export const optionName = (number: number): string => t("option_number", { number });
