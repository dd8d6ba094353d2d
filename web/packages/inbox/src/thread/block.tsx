/** Keeping a visitor away: who is meant, why, and whether their address is meant as well. */
import { Button, Checkbox, Dialog, TextField, toast } from "@halloo/ui";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { reload } from "../data/facts.ts";
import { findBlock, useCan } from "../data/queries.ts";
import { reasonOf } from "../data/reason.ts";
import type { BlockView, ConversationRow } from "../data/types.ts";
import { t } from "../i18n.ts";
import { visitorName } from "./names.ts";

const lift = async (row: ConversationRow, block: string): Promise<void> => {
  try {
    await call("DELETE", `/blocks/${block}`);
    reload(row.id);
  } catch (error) {
    complain(error);
  }
};

/** Lets a visitor in again. */
export async function unblock(row: ConversationRow): Promise<void> {
  try {
    const block = await findBlock([row.contact.id, row.visitor.id]);
    if (block) await call("DELETE", `/blocks/${block.id}`);
    reload(row.id);
    toast({ text: t("unblocked_toast", { name: visitorName(row) }), tone: "good" });
  } catch (error) {
    complain(error);
  }
}

export function BlockDialog({ row, onClose }: { row: ConversationRow; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [around, setAround] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const mayNetwork = useCan("web_widgets:manage") && row.visitor.online;
  const name = visitorName(row);
  const block = async () => {
    setBusy(true);
    setTrouble(null);
    try {
      // The address first: it is known only as long as the visitor is connected.
      if (around) await call("POST", "/blocks", { around: row.visitor.id, reason });
      const made = await call<BlockView>("POST", "/blocks", { visitor: row.visitor.id, reason });
      reload(row.id);
      onClose();
      toast({
        text: t("blocked_toast", { name }),
        action: { label: t("undo"), onAction: () => void lift(row, made.id) },
      });
    } catch (error) {
      setTrouble(reasonOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      size="small"
      onClose={onClose}
      title={t("block_title", { name })}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="danger" busy={busy} onClick={() => void block()}>
            {t("block")}
          </Button>
        </>
      }
    >
      <div class="in-form">
        <p class="in-confirm-text">{t("block_text")}</p>
        <TextField
          label={t("block_reason")}
          hint={t("block_reason_hint")}
          value={reason}
          maxLength={280}
          onValue={setReason}
        />
        {mayNetwork && (
          <Checkbox label={t("block_around")} hint={t("block_around_hint")} checked={around} onChecked={setAround} />
        )}
        {trouble && (
          <p class="ui-about ui-error" role="alert">
            {trouble}
          </p>
        )}
      </div>
    </Dialog>
  );
}
