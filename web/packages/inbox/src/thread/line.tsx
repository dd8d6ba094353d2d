import { textOf } from "@halloo/core/said.ts";
import { Button, cx, IconButton, Menu, type MenuItem, TextArea } from "@halloo/ui";
import { Check, CheckCheck, CircleAlert, Clock, Copy, Ellipsis, Pencil, Trash } from "lucide-preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { editMessage, removeMessage } from "../data/actions.ts";
import type { ConversationRow, MessageView } from "../data/types.ts";
import { formatMoment, formatTime, t } from "../i18n.ts";
import { sendAgain, settleSent } from "../live/outbox.ts";
import { Confirm } from "../shell/confirm.tsx";
import type { Line } from "./groups.ts";
import { Content, LinkCard } from "./rich.tsx";

/** What stands in a bubble; everything else brings a card of its own. */
const WORDED: ReadonlySet<string> = new Set(["text", "note"]);
/** What visitors answer: the answer changes the message, and nobody has edited anything. */
const ANSWERED: ReadonlySet<string> = new Set(["picker", "field"]);

export const NO_NAMES: readonly string[] = [];

/** When it was said, and how far it came. */
export function Foot({ line, mark }: { line: Line; mark: { read: boolean } | null }) {
  const { sending: item } = line;
  if (item?.state === "failed") {
    return (
      <div class="in-foot in-failed">
        <CircleAlert size={14} />
        <span>{t("not_sent")}</span>
        <button type="button" class="in-text-button" onClick={() => sendAgain(item.client_id)}>
          {t("send_again")}
        </button>
        <button type="button" class="in-text-button" onClick={() => settleSent(item.client_id)}>
          {t("discard")}
        </button>
      </div>
    );
  }
  return (
    <div class="in-foot">
      <time dateTime={new Date(line.at).toISOString()} data-tip={formatMoment(line.at)}>
        {formatTime(line.at)}
      </time>
      {item && (
        <>
          <Clock size={12} />
          <span>{t("sending")}</span>
        </>
      )}
      {mark &&
        (mark.read ? (
          <>
            <CheckCheck size={14} class="in-read" />
            <span>{t("read")}</span>
          </>
        ) : (
          <>
            <Check size={14} />
            <span>{t("sent")}</span>
          </>
        ))}
    </div>
  );
}

/** One message in its bubble, with what can be done to it. */
export function OneLine({
  line,
  row,
  own,
  names,
  tail,
}: {
  line: Line;
  row: ConversationRow;
  own: boolean;
  names: readonly string[];
  tail: boolean;
}) {
  const { message, sending: item } = line;
  const worded = WORDED.has(message?.type ?? item?.message.type ?? "text");
  const [editing, setEditing] = useState(false);
  if (message?.removed) return <div class="in-bubble in-removed">{t("message_removed")}</div>;
  if (editing && message) return <Editing message={message} id={row.id} done={() => setEditing(false)} />;
  return (
    <div class={cx("in-line", line.sending && "in-line-sending")} data-fingerprint={message?.fingerprint}>
      <div class="in-said">
        <div class={cx(worded ? "in-bubble" : "in-kind", tail && "in-tail")}>
          <Content line={line} conversation={row.id} names={names} />
          {message?.edited && !ANSWERED.has(message.type) && <span class="in-edited">{t("edited")}</span>}
        </div>
        {message && worded && <LinkCard line={line} conversation={row.id} />}
      </div>
      {message && <LineMenu message={message} id={row.id} own={own} onEdit={() => setEditing(true)} />}
    </div>
  );
}

function LineMenu({
  message,
  id,
  own,
  onEdit,
}: {
  message: MessageView;
  id: string;
  own: boolean;
  onEdit: () => void;
}) {
  const [removing, setRemoving] = useState(false);
  const text = textOf(message.type, message.content);
  const items: MenuItem[] = [];
  if (text !== "")
    items.push({
      kind: "item",
      id: "copy",
      label: t("copy_text"),
      icon: <Copy size={16} />,
      onSelect: () => void navigator.clipboard.writeText(text),
    });
  if (own) {
    if (WORDED.has(message.type))
      items.push({ kind: "item", id: "edit", label: t("edit"), icon: <Pencil size={16} />, onSelect: onEdit });
    items.push({
      kind: "item",
      id: "remove",
      label: t("remove"),
      icon: <Trash size={16} />,
      danger: true,
      onSelect: () => setRemoving(true),
    });
  }
  if (items.length === 0) return null;
  return (
    <>
      <Menu
        label={t("message_actions")}
        items={items}
        placement="bottom-end"
        trigger={(props) => (
          <IconButton
            {...props}
            size="small"
            class="in-line-menu"
            label={t("message_actions")}
            icon={<Ellipsis size={16} />}
          />
        )}
      />
      <Confirm
        open={removing}
        onClose={() => setRemoving(false)}
        title={t("remove")}
        text={text.length > 200 ? `${text.slice(0, 200)}…` : text}
        action={t("remove")}
        onConfirm={() => void removeMessage(id, message)}
      />
    </>
  );
}

function Editing({ message, id, done }: { message: MessageView; id: string; done: () => void }) {
  const before = typeof message.content === "string" ? message.content : "";
  const [text, setText] = useState(before);
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const field = box.current?.querySelector("textarea");
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
  }, []);
  const save = () => {
    done();
    const content = text.trim();
    if (content !== "" && content !== before) void editMessage(id, message, content);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the text inside
    <div
      ref={box}
      class="in-editing"
      onKeyDown={(event) => {
        if (event.isComposing) return;
        if (event.key === "Escape") {
          event.stopPropagation();
          event.preventDefault();
          done();
        } else if (event.key === "Enter" && !event.shiftKey) {
          event.preventDefault();
          save();
        }
      }}
    >
      <TextArea label={t("edit")} quiet value={text} onValue={setText} rows={[1, 10]} maxLength={10_000} />
      <div class="in-editing-foot">
        <Button size="small" onClick={done}>
          {t("cancel")}
        </Button>
        <Button size="small" kind="primary" disabled={text.trim() === ""} onClick={save}>
          {t("save")}
        </Button>
      </div>
    </div>
  );
}
