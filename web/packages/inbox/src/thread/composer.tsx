/** Where replies and notes are written. */
import { cx, Tabs, toast, useGrow } from "@halloo/ui";
import { hasKept, onKeep, Recorder } from "@halloo/ui/audio";
import { Lock, SendHorizontal } from "lucide-preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { setResolved } from "../data/actions.ts";
import { cannedQuery, operatorsQuery } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import type { ConversationRow, MeView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { reportTyping, stopTyping } from "../live/live.ts";
import { send as sendOut } from "../live/outbox.ts";
import { uploads } from "../live/uploads.ts";
import { useNarrow } from "../shell/use.ts";
import { Tray, useAttaching, Veil } from "./attach.tsx";
import { ComposerFoot, TEXT_MAX } from "./composer-foot.tsx";
import { type Draft, draftOf, publishDrafts, saveDraft } from "./drafts.ts";
import { isolate, visitorName } from "./names.ts";
import { type Suggestion, suggest, useEmoji } from "./suggest.tsx";
import { Suggestions } from "./suggestions.tsx";
import { acceptTrigger, fillReply, findTrigger, mentionsIn, type Trigger, type TriggerKind } from "./triggers.ts";

const REPLY_KINDS: readonly TriggerKind[] = ["canned", "emoji"];
const NOTE_KINDS: readonly TriggerKind[] = ["mention", "canned", "emoji"];

export function Composer({ conversation, me }: { conversation: ConversationRow; me: MeView }) {
  const { id } = conversation;
  const [draft, setDraft] = useState<Draft>(() => draftOf(id));
  const [trigger, setTrigger] = useState<Trigger | null>(null);
  const [active, setActive] = useState(0);
  const [recording, setRecording] = useState(() => hasKept(id));
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

  // Who comes back at once is there before the recorder has put aside what it has.
  useEffect(() => {
    if (hasKept(id)) setRecording(true);
    return onKeep((thread) => thread === id && setRecording(true));
  }, [id]);

  const focus = () => requestAnimationFrame(() => area.current?.focus());
  const endRecording = () => {
    setRecording(false);
    publishDrafts();
    focus();
  };
  const turnTo = (tab: Draft["tab"]) => {
    if (recording) return;
    update({ ...draft, tab });
    if (tab === "note") stopTyping();
    focus();
  };
  const attaching = useAttaching(id, note, () => turnTo("reply"));
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
    if (content.length > TEXT_MAX) return;
    if (content !== "" && !sayIt(content)) return;
    if (attaching.sendable) attaching.send();
    if (resolve) void setResolved(id, true);
    if (content !== "" || !resolve) focus();
  };
  const sayIt = (content: string): boolean => {
    const words = {
      type: note ? "note" : "text",
      content,
      mentions: note ? mentionsIn(content, colleagues) : [],
    } as const;
    if (!sendOut(id, words, me.operator?.name ?? "")) {
      toast({ text: t("outbox_full"), tone: "bad" });
      return false;
    }
    stopTyping();
    setText("");
    setTrigger(null);
    return true;
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
  const placeholder = t(note ? "note_placeholder" : "reply_placeholder", { name: isolate(visitorName(conversation)) });
  if (recording) {
    return (
      <div class="in-composer in-composer-recording">
        <Recorder
          t={t}
          thread={id}
          onDone={(file, more) => {
            uploads.add(id, [file], "audio", { ...more }, true);
            endRecording();
          }}
          onCancel={endRecording}
          onKept={publishDrafts}
        />
      </div>
    );
  }
  return (
    <>
      <Veil over={attaching.over} parts={attaching.parts} note={note} />
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
            aria-label={placeholder}
            placeholder={narrow ? `${t(note ? "note" : "reply")}…` : placeholder}
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
            onPaste={attaching.onPaste}
            onKeyDown={onKeyDown}
            onBlur={() => {
              setTrigger(null);
              publishDrafts();
            }}
          />
        </div>
        <Suggestions id={listId} anchor={area} items={shown} at={at} onAt={setActive} onAccept={accept} />
        <Tray {...attaching.tray} />
        <ComposerFoot
          note={note}
          length={length}
          files={attaching.sendable}
          resolvable={!note && conversation.state !== "resolved"}
          begin={begin}
          onFiles={(files) => {
            attaching.add({ files, folders: 0 });
            focus();
          }}
          onRecord={() => {
            stopTyping();
            setRecording(true);
          }}
          send={send}
        />
      </div>
    </>
  );
}
