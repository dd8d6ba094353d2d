import { Bone, Button, Dialog, Empty, IconButton, Notice, TextArea, TextField, toast } from "@halloo/ui";
import { Pencil, Plus, Trash, Zap } from "lucide-preact";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { cannedQuery } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import { reasonOf } from "../data/reason.ts";
import type { CannedReplyView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { Title } from "./card.tsx";

const refresh = () => void client.invalidateQueries({ queryKey: cannedQuery.queryKey });

async function remove(reply: CannedReplyView): Promise<void> {
  client.setQueryData<CannedReplyView[]>(cannedQuery.queryKey, (all) => all?.filter((one) => one.id !== reply.id));
  try {
    await call("DELETE", `/canned-replies/${reply.id}`);
    toast({
      text: t("reply_deleted", { name: reply.shortcut }),
      action: {
        label: t("undo"),
        onAction: () =>
          void call("POST", "/canned-replies", { shortcut: reply.shortcut, text: reply.text }).then(refresh, complain),
      },
    });
  } catch (error) {
    complain(error);
  }
  refresh();
}

export function Replies() {
  const replies = useQuery(cannedQuery);
  const [editing, setEditing] = useState<CannedReplyView | "new" | null>(null);
  useCommands([
    {
      id: "new-reply",
      section: "create",
      label: t("new_reply"),
      icon: <Zap size={16} />,
      run: () => setEditing("new"),
    },
  ]);
  const create = (
    <Button kind="primary" icon={<Plus size={16} />} onClick={() => setEditing("new")}>
      {t("new_reply")}
    </Button>
  );
  const all = replies.data ?? [];
  return (
    <>
      <Title title={t("settings_replies")} text={t("replies_text")} action={all.length > 0 ? create : undefined} />
      {replies.isPending ? (
        <div class="in-card in-table-bones" aria-hidden="true">
          <div>
            <Bone width={20} />
            <Bone width={60} />
          </div>
        </div>
      ) : all.length === 0 ? (
        <div class="in-card">
          <Empty drawing="list" title={t("no_replies")} text={t("no_replies_text")} action={create} />
        </div>
      ) : (
        <ul class="in-card in-rows-plain">
          {all.map((reply) => (
            <li key={reply.id}>
              <span class="in-grow">
                <strong>/{reply.shortcut}</strong>
                <span class="in-reply-text" dir="auto">
                  {reply.text}
                </span>
              </span>
              <IconButton
                label={t("edit_named", { name: reply.shortcut })}
                icon={<Pencil size={18} />}
                onClick={() => setEditing(reply)}
              />
              <IconButton
                label={t("delete_named", { name: reply.shortcut })}
                icon={<Trash size={18} />}
                onClick={() => void remove(reply)}
              />
            </li>
          ))}
        </ul>
      )}
      {editing && <EditReply reply={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
    </>
  );
}

function EditReply({ reply, onClose }: { reply: CannedReplyView | null; onClose: () => void }) {
  const [shortcut, setShortcut] = useState(reply?.shortcut ?? "");
  const [text, setText] = useState(reply?.text ?? "");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setTrouble(null);
    try {
      const body = { shortcut: shortcut.trim(), text: text.trim() };
      await (reply ? call("PATCH", `/canned-replies/${reply.id}`, body) : call("POST", "/canned-replies", body));
      refresh();
      onClose();
    } catch (error) {
      setTrouble(reasonOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(reply ? "edit_reply" : "new_reply")}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            kind="primary"
            type="submit"
            form="reply"
            busy={busy}
            disabled={shortcut.trim() === "" || text.trim() === ""}
          >
            {t("save")}
          </Button>
        </>
      }
    >
      <form noValidate id="reply" class="in-form" onSubmit={submit}>
        {trouble && <Notice tone="bad">{trouble}</Notice>}
        <TextField
          label={t("shortcut")}
          hint={t("shortcut_hint")}
          value={shortcut}
          onValue={(value) => setShortcut(value.replace(/^\/+/, "").replace(/\s+/g, "-"))}
          maxLength={40}
          dir="ltr"
          spellcheck={false}
          icon={<span class="in-soft">/</span>}
        />
        <TextArea
          label={t("text")}
          hint={t("reply_text_hint", { name: "{name}" })}
          value={text}
          onValue={setText}
          rows={[4, 12]}
          maxLength={10_000}
        />
      </form>
    </Dialog>
  );
}
