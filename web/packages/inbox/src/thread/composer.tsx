/** Where replies and notes are written. */
import { Button, cx, IconButton, Tabs, toast, useGrow } from "@halloo/ui";
import { AtSign, CircleCheck, Lock, SendHorizontal, Zap } from "lucide-preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { setResolved } from "../data/actions.ts";
import { cannedQuery, operatorsQuery } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import type { ConversationRow, MeView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { reportTyping, stopTyping } from "../live/live.ts";
import { send as sendOut } from "../live/outbox.ts";
import { useNarrow } from "../shell/use.ts";
import { type Draft, draftOf, publishDrafts, saveDraft } from "./drafts.ts";
import { isolate, visitorName } from "./names.ts";
import { type Suggestion, suggest, useEmoji } from "./suggest.tsx";
import { EmojiButton, Suggestions } from "./suggestions.tsx";
import { acceptTrigger, fillReply, findTrigger, mentionsIn, type Trigger, type TriggerKind } from "./triggers.ts";

const REPLY_KINDS: readonly TriggerKind[] = ["canned", "emoji"];
const NOTE_KINDS: readonly TriggerKind[] = ["mention", "canned", "emoji"];
export const TEXT_MAX = 10_000;

export function Composer({ conversation, me }: { conversation: ConversationRow; me: MeView }) {
  const { id } = conversation;
  const [draft, setDraft] = useState<Draft>(() => draftOf(id));
  const [trigger, setTrigger] = useState<Trigger | null>(null);
  const [active, setActive] = useState(0);
  const area = useRef<HTMLTextAreaElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const narrow = useNarrow();
  const canned = useQuery(cannedQuery).data ?? [];
  const operators = useQuery(operatorsQuery).data ?? [];
  const emoji = useEmoji(trigger?.kind === "emoji");
  const note = draft.tab === "note";
  const text = note ? draft.note : draft.reply;
  useGrow(area, text, 2, narrow ? 6 : 10);

  const colleagues = useMemo(
    () => operators.filter((one) => one.active && one.id !== me.operator?.id),
    [operators, me.operator?.id],
  );
  const shown = useMemo(
    () => (trigger ? suggest(trigger, { canned, colleagues, emoji }) : []),
    [trigger, canned, colleagues, emoji],
  );
  const at = Math.min(active, shown.length - 1);

  const update = (next: Draft) => {
    setDraft(next);
    saveDraft(id, next);
  };
  const setText = (value: string) => update(note ? { ...draft, note: value } : { ...draft, reply: value });
  useEffect(
    () => () => {
      stopTyping();
      publishDrafts();
    },
    [],
  );

  const focus = () => requestAnimationFrame(() => area.current?.focus());
  const turnTo = (tab: Draft["tab"]) => {
    update({ ...draft, tab });
    if (tab === "note") stopTyping();
    focus();
  };
  useCommands([
    {
      id: "reply",
      section: "conversation",
      label: t("reply"),
      keys: "r",
      icon: <SendHorizontal size={16} />,
      run: () => turnTo("reply"),
    },
    {
      id: "note",
      section: "conversation",
      label: t("write_note"),
      keys: "n",
      icon: <Lock size={16} />,
      run: () => turnTo("note"),
    },
  ]);

  const look = (value: string, caret: number) => {
    setTrigger(findTrigger(value, caret, note ? NOTE_KINDS : REPLY_KINDS));
    setActive(0);
  };
  const accept = (choice: Suggestion | undefined) => {
    if (!choice || !trigger) return;
    const insert = trigger.kind === "canned" ? fillReply(choice.insert, conversation.contact.name) : choice.insert;
    const made = acceptTrigger(text, trigger, insert);
    setText(made.text);
    setTrigger(null);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(made.caret, made.caret);
    });
  };
  /** Types a sign as if the operator had, so that its list opens. */
  const begin = (sign: string) => {
    const field = area.current;
    if (!field) return;
    const caret = field.selectionStart;
    const head = text.slice(0, caret);
    const gap =
      sign === "/" ? (head === "" || head.endsWith("\n") ? "" : "\n") : head === "" || /\s$/.test(head) ? "" : " ";
    const value = head + gap + sign + text.slice(caret);
    const end = caret + gap.length + sign.length;
    setText(value);
    requestAnimationFrame(() => {
      field.focus();
      field.setSelectionRange(end, end);
      if (sign.length === 1) look(value, end);
    });
  };

  const send = (resolve: boolean) => {
    const content = text.trim();
    if (content === "" || content.length > TEXT_MAX) {
      if (resolve && content === "") void setResolved(id, true);
      return;
    }
    const words = {
      type: note ? "note" : "text",
      content,
      mentions: note ? mentionsIn(content, colleagues) : [],
    } as const;
    if (!sendOut(id, words, me.operator?.name ?? "")) {
      toast({ text: t("outbox_full"), tone: "bad" });
      return;
    }
    stopTyping();
    setText("");
    setTrigger(null);
    if (resolve) void setResolved(id, true);
    focus();
  };

  /** The keys of the open list; true where one of them was pressed. */
  const listKey = (event: KeyboardEvent): boolean => {
    if (!trigger || shown.length === 0) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      setActive((at + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % shown.length);
    } else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") accept(shown[at]);
    else if (event.key === "Escape") setTrigger(null);
    else return false;
    return true;
  };
  /** The keys of the text; true where one of them was pressed. */
  const textKey = (event: KeyboardEvent): boolean => {
    if (event.key === "Escape") area.current?.blur();
    else if (event.key !== "Enter" || event.altKey) return false;
    else if (event.ctrlKey || event.metaKey) send(!note);
    else if (!event.shiftKey && !narrow) send(false);
    else return false;
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || !(listKey(event) || textKey(event))) return;
    event.preventDefault();
    event.stopPropagation();
  };

  const length = text.trim().length;
  const listId = `suggest-${id}`;
  return (
    <div ref={box} class={cx("in-composer", note && "in-composer-note")}>
      <Tabs
        id="composer"
        label={t("composer")}
        value={draft.tab}
        onChoose={turnTo}
        choices={[
          { id: "reply", label: t("reply") },
          { id: "note", label: t("note"), icon: <Lock size={14} /> },
        ]}
      />
      <div role="tabpanel" id="composer-panel" aria-labelledby={`composer-${draft.tab}`}>
        <textarea
          ref={area}
          dir="auto"
          class="in-composer-text"
          aria-label={t(note ? "note_placeholder" : "reply_placeholder", { name: isolate(visitorName(conversation)) })}
          placeholder={
            narrow
              ? `${t(note ? "note" : "reply")}…`
              : t(note ? "note_placeholder" : "reply_placeholder", { name: isolate(visitorName(conversation)) })
          }
          value={text}
          aria-haspopup="listbox"
          aria-controls={trigger && shown.length > 0 ? listId : undefined}
          aria-autocomplete="list"
          aria-activedescendant={trigger && shown.length > 0 ? `${listId}-${at}` : undefined}
          onInput={(event) => {
            const { value, selectionStart } = event.currentTarget;
            setText(value);
            look(value, selectionStart);
            if (!note) reportTyping(id, value);
          }}
          onKeyDown={onKeyDown}
          onBlur={() => {
            setTrigger(null);
            publishDrafts();
          }}
        />
      </div>
      <Suggestions id={listId} anchor={area} items={shown} at={at} onAt={setActive} onAccept={accept} />
      <Foot
        note={note}
        length={length}
        resolvable={!note && conversation.state !== "resolved"}
        begin={begin}
        send={send}
      />
    </div>
  );
}

interface FootProps {
  note: boolean;
  /** Of the text, without white space around it. */
  length: number;
  resolvable: boolean;
  begin: (sign: string) => void;
  send: (resolve: boolean) => void;
}

/** What can be put into the text, and sending it. */
function Foot({ note, length, resolvable, begin, send }: FootProps) {
  const tooLong = length > TEXT_MAX;
  return (
    <div class="in-composer-foot">
      <EmojiButton onEmoji={(sign) => begin(sign)} />
      <IconButton label={t("insert_canned")} keys="/" icon={<Zap size={18} />} onClick={() => begin("/")} />
      {note && <IconButton label={t("mention")} keys="@" icon={<AtSign size={18} />} onClick={() => begin("@")} />}
      <span class="in-composer-count" role="status">
        {length > TEXT_MAX - 500 ? t("characters_left", { count: TEXT_MAX - length }) : ""}
      </span>
      {resolvable && (
        <Button
          class="in-send-resolve"
          icon={<CircleCheck size={16} />}
          disabled={tooLong || length === 0}
          onClick={() => send(true)}
          data-tip={t("send_and_resolve")}
          data-keys="Mod+Enter"
        >
          {t("send_and_resolve")}
        </Button>
      )}
      <Button
        kind="primary"
        class="in-send"
        disabled={length === 0 || tooLong}
        onClick={() => send(false)}
        icon={note ? <Lock size={16} /> : <SendHorizontal size={16} class="ui-mirror" />}
      >
        {t(note ? "add_note" : "send")}
      </Button>
    </div>
  );
}
