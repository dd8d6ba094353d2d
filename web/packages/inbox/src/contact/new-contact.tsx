import { Button, Dialog, TextField } from "@halloo/ui";
import { useState } from "preact/hooks";
import { call } from "../data/api.ts";
import { client } from "../data/query.ts";
import { reasonOf } from "../data/reason.ts";
import type { ContactView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { go } from "../router.ts";
import { orNull } from "./save.ts";

/** A person who has not written yet. */
export function NewContact({ onClose }: { onClose: () => void }) {
  const [fields, setFields] = useState({ name: "", email: "", phone: "", company: "" });
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const set = (key: keyof typeof fields) => (value: string) => setFields({ ...fields, [key]: value });
  const create = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const made = await call<ContactView>("POST", "/contacts", {
        name: orNull(fields.name.trim()),
        email: orNull(fields.email.trim()),
        phone: orNull(fields.phone.trim()),
        company: orNull(fields.company.trim()),
      });
      void client.invalidateQueries({ queryKey: ["contacts"] });
      onClose();
      go({ page: "contacts", id: made.id });
    } catch (error) {
      setTrouble(reasonOf(error));
      setBusy(false);
    }
  };
  const empty = Object.values(fields).every((value) => value.trim() === "");
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("new_contact")}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" form="new-contact" busy={busy} disabled={empty}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form noValidate id="new-contact" class="in-form" onSubmit={create}>
        <TextField label={t("name")} value={fields.name} onValue={set("name")} maxLength={255} />
        <TextField
          label={t("email")}
          type="email"
          value={fields.email}
          onValue={set("email")}
          error={trouble ?? undefined}
        />
        <TextField label={t("phone")} type="tel" value={fields.phone} onValue={set("phone")} />
        <TextField label={t("company")} value={fields.company} onValue={set("company")} />
      </form>
    </Dialog>
  );
}
