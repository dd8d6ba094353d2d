import {
  Badge,
  Bone,
  Button,
  cx,
  Dialog,
  Empty,
  IconButton,
  Notice,
  TextField,
  TONES,
  type Tone,
  toast,
  toneOf,
} from "@halloo/ui";
import { Check, Pencil, Plus, Tags, Trash } from "lucide-preact";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { tagsQuery } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import { reasonOf } from "../data/reason.ts";
import type { TagView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { Confirm } from "../shell/confirm.tsx";
import { Title } from "./card.tsx";

const refresh = () => {
  void client.invalidateQueries({ queryKey: tagsQuery.queryKey });
};

export function TagSettings() {
  const tags = useQuery(tagsQuery);
  const [editing, setEditing] = useState<TagView | "new" | null>(null);
  const [removing, setRemoving] = useState<TagView | null>(null);
  useCommands([
    { id: "new-tag", section: "create", label: t("new_tag"), icon: <Tags size={16} />, run: () => setEditing("new") },
  ]);
  const remove = async (tag: TagView) => {
    try {
      await call("DELETE", `/tags/${tag.id}`);
      toast({ text: t("tag_deleted", { name: tag.name }), tone: "good" });
    } catch (error) {
      complain(error);
    }
    refresh();
  };
  const create = (
    <Button kind="primary" icon={<Plus size={16} />} onClick={() => setEditing("new")}>
      {t("new_tag")}
    </Button>
  );
  const all = tags.data ?? [];
  return (
    <>
      <Title title={t("settings_tags")} text={t("tags_text")} action={all.length > 0 ? create : undefined} />
      {tags.isPending ? (
        <div class="in-card in-table-bones" aria-hidden="true">
          <div>
            <Bone width={20} />
          </div>
        </div>
      ) : all.length === 0 ? (
        <div class="in-card">
          <Empty drawing="list" title={t("no_tags_yet")} text={t("no_tags_text")} action={create} />
        </div>
      ) : (
        <ul class="in-card in-rows-plain">
          {all.map((tag) => (
            <li key={tag.id}>
              <span class="in-grow">
                <Badge tone={toneOf(tag.color)}>{tag.name}</Badge>
              </span>
              <IconButton
                label={t("edit_named", { name: tag.name })}
                icon={<Pencil size={18} />}
                onClick={() => setEditing(tag)}
              />
              <IconButton
                label={t("delete_named", { name: tag.name })}
                icon={<Trash size={18} />}
                onClick={() => setRemoving(tag)}
              />
            </li>
          ))}
        </ul>
      )}
      {editing && <EditTag tag={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      <Confirm
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={t("delete_named", { name: removing?.name ?? "" })}
        text={t("delete_tag_text")}
        action={t("delete")}
        onConfirm={() => removing && void remove(removing)}
      />
    </>
  );
}

function EditTag({ tag, onClose }: { tag: TagView | null; onClose: () => void }) {
  const [name, setName] = useState(tag?.name ?? "");
  const [color, setColor] = useState<Tone>(toneOf(tag?.color));
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setTrouble(null);
    try {
      const body = { name: name.trim(), color };
      await (tag ? call("PATCH", `/tags/${tag.id}`, body) : call("POST", "/tags", body));
      refresh();
      if (tag && tag.name !== body.name) void client.invalidateQueries({ queryKey: ["conversations"] });
      onClose();
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
      title={t(tag ? "edit_tag" : "new_tag")}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" form="tag" busy={busy} disabled={name.trim() === ""}>
            {t("save")}
          </Button>
        </>
      }
    >
      <form noValidate id="tag" class="in-form" onSubmit={submit}>
        {trouble && <Notice tone="bad">{trouble}</Notice>}
        <TextField label={t("name")} value={name} onValue={setName} maxLength={80} />
        <fieldset class="in-tones">
          <legend class="ui-label">{t("colour")}</legend>
          {TONES.map((tone) => (
            <button
              key={tone}
              type="button"
              class={cx("in-tone", `ui-tone-${tone}`)}
              aria-label={t(`tone_${tone}`)}
              data-tip={t(`tone_${tone}`)}
              aria-pressed={tone === color ? "true" : "false"}
              onClick={() => setColor(tone)}
            >
              {tone === color && <Check size={14} strokeWidth={3} />}
            </button>
          ))}
        </fieldset>
        <div>
          <Badge tone={color}>{name.trim() || t("new_tag")}</Badge>
        </div>
      </form>
    </Dialog>
  );
}
