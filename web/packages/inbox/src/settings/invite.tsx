import { Button, CopyField, Dialog, Notice, Select, TextField } from "@halloo/ui";
import { useState } from "preact/hooks";
import { call } from "../data/api.ts";
import { invitationsQuery } from "../data/queries.ts";
import { client } from "../data/query.ts";
import { reasonOf } from "../data/reason.ts";
import type { InvitationCreated, Role } from "../data/types.ts";
import { formatDate, t } from "../i18n.ts";

const ROLES = ["owner", "admin", "operator"] as const satisfies readonly Role[];

/** The roles that `mine` may give. */
export const roleOptions = (mine: Role) =>
  ROLES.filter((role) => role !== "owner" || mine === "owner").map((id) => ({
    id,
    label: t(`role_${id}`),
    hint: t(`role_${id}_hint`),
  }));

/** Makes an invitation and shows its link, this once. */
export function Invite({ mine, onClose }: { mine: Role; onClose: () => void }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [made, setMade] = useState<InvitationCreated | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setTrouble(null);
    try {
      setMade(await call<InvitationCreated>("POST", "/invitations", { email: email.trim(), role }));
      void client.invalidateQueries({ queryKey: invitationsQuery.queryKey });
    } catch (error) {
      setTrouble(reasonOf(error));
      setBusy(false);
    }
  };
  if (made) {
    return (
      <Dialog
        open
        onClose={onClose}
        title={t("invitation_ready")}
        closeLabel={t("close")}
        footer={
          <Button kind="primary" onClick={onClose}>
            {t("done")}
          </Button>
        }
      >
        <div class="in-form">
          <p class="in-soft">
            {t("invitation_text", { email: made.email, when: formatDate(Date.parse(made.expires_at)) })}
          </p>
          <CopyField label={t("invitation_link")} text={made.url} copyLabel={t("copy")} copiedLabel={t("copied")} />
          <Notice tone="warn">{t("shown_once")}</Notice>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("invite_colleague")}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" form="invite" busy={busy} disabled={!/.+@.+/.test(email)}>
            {t("create_invitation")}
          </Button>
        </>
      }
    >
      <form noValidate id="invite" class="in-form" onSubmit={submit}>
        <TextField
          label={t("email")}
          type="email"
          autocomplete="off"
          value={email}
          onValue={setEmail}
          error={trouble ?? undefined}
        />
        <Select
          label={t("role")}
          value={role}
          options={roleOptions(mine)}
          onValue={(id) => setRole(id as Role)}
          hint={t(`role_${role}_hint`)}
        />
      </form>
    </Dialog>
  );
}
