/** Where the visitor writes: grows to six lines, Enter sends, the draft survives a reload. */
import { takePaste } from "@halloo/ui/attach/given.ts";
import { forgetKept, hasKept, moveKept, onKeep, Recorder } from "@halloo/ui/audio";
import { ArrowUp } from "lucide-preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { AttachButton, RecordButton, useAttaching } from "./attach.tsx";
import { EmojiSheet } from "./emoji.tsx";
import { useAround } from "./hooks.ts";

const LONGEST = 10_000;
const SHOW_REST = 9_500;
const SAVE_MS = 300;

/** Under what a recording waits: another person in front of this page finds none. */
const recordingOf = (era: number, thread: string): string => `${era} ${thread}`;

interface ComposerProps {
  readonly thread: string;
  readonly open: boolean;
  /** Why nothing can be written for now. */
  readonly barred: string | null;
  readonly onSend: (text: string) => boolean;
}

export function Composer({ thread, open, barred, onSend }: ComposerProps) {
  const { engine, t, mobile } = useAround();
  const [text, setText] = useState(engine.state.memory.drafts?.[thread] ?? "");
  const [full, setFull] = useState(false);
  const attachable = barred === null && engine.record.config.v1.files?.enabled === true;
  const [recording, setRecording] = useState(false);
  const attaching = useAttaching(thread, open && attachable);
  const area = useRef<HTMLTextAreaElement>(null);
  const saving = useRef(0);

  const now = useRef(thread);
  const era = useRef(engine.era);

  const save = useCallback(
    (draft: string): void => {
      clearTimeout(saving.current);
      if (era.current !== engine.era) return;
      const { [now.current]: _old, ...rest } = engine.state.memory.drafts ?? {};
      engine.remember({ drafts: draft ? { ...rest, [now.current]: draft } : rest });
    },
    [engine],
  );

  // A new conversation gets its id while one goes on writing: the draft moves along.
  useEffect(() => {
    if (now.current === thread) return;
    save("");
    moveKept(recordingOf(era.current, now.current), recordingOf(era.current, thread));
    now.current = thread;
    save(area.current?.value ?? "");
  }, [thread, save]);

  useEffect(() => {
    // The keyboard of a phone comes up when the visitor asks for it.
    if (!open || mobile) return;
    // A frame that is only just being shown takes no focus yet; its next picture is drawn when it does.
    const drawn = requestAnimationFrame(() => area.current?.focus());
    return () => cancelAnimationFrame(drawn);
  }, [open, mobile]);

  useEffect(() => forgetKept((kept) => kept.startsWith(recordingOf(era.current, ""))), []);

  // A chat that is closed does not listen: what was said so far waits until it is open again.
  useEffect(() => {
    const mine = (): string => recordingOf(era.current, now.current);
    if (!open || hasKept(mine())) setRecording(open);
    // Who opens it again at once is there before the recorder has put aside what it has.
    return open ? onKeep((kept) => kept === mine() && setRecording(true)) : undefined;
  }, [open]);

  useEffect(() => {
    const leave = (): void => save(area.current?.value ?? "");
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, [save]);

  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.blockSize = "auto";
    element.style.blockSize = `${element.scrollHeight}px`;
    element.style.overflowY = element.scrollHeight > element.clientHeight + 1 ? "auto" : "hidden";
  });

  const change = (next: string): void => {
    setText(next);
    setFull(false);
    engine.typing(thread, next);
    clearTimeout(saving.current);
    saving.current = window.setTimeout(() => save(next), SAVE_MS);
  };

  const length = [...text.trim()].length;
  const sendable = barred === null && (length > 0 || attaching.some) && length <= LONGEST;

  const send = (): void => {
    if (!sendable) return;
    if (length > 0 && !onSend(text.trim())) {
      setFull(true);
      return;
    }
    // The words go at once, the files behind them as they are there.
    attaching.send();
    setText("");
    save("");
    area.current?.focus();
  };

  const endRecording = (): void => {
    setRecording(false);
    if (!mobile) requestAnimationFrame(() => area.current?.focus());
  };

  const insert = (emoji: string): void => {
    const element = area.current;
    if (!element) return;
    const { selectionStart: from, selectionEnd: to } = element;
    change(text.slice(0, from) + emoji + text.slice(to));
    requestAnimationFrame(() => {
      element.focus();
      element.setSelectionRange(from + emoji.length, from + emoji.length);
    });
  };

  return (
    <form
      class="h-composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {full && (
        <p class="h-composer-note" role="alert">
          {t("outbox_full")}
        </p>
      )}
      {length > SHOW_REST && (
        <p class={length > LONGEST ? "h-composer-note h-bad" : "h-composer-note"} aria-live="polite">
          {length > LONGEST ? t("too_long", { count: length - LONGEST }) : `${length} / ${LONGEST}`}
        </p>
      )}
      {attaching.veil}
      {attaching.tray}
      {recording && attachable && (
        <Recorder
          t={t}
          thread={recordingOf(era.current, thread)}
          onDone={(file, more) => {
            // What somebody said who has signed out meanwhile is not sent in another's name.
            if (era.current === engine.era) attaching.say(file, { ...more });
            endRecording();
          }}
          onCancel={endRecording}
        />
      )}
      <div class="h-composer-box" hidden={recording && attachable}>
        <textarea
          ref={area}
          rows={1}
          {...(text ? { dir: "auto" as const } : {})}
          value={text}
          placeholder={barred ?? t("composer_placeholder")}
          disabled={barred !== null}
          aria-label={t("composer_label")}
          enterkeyhint="send"
          onInput={(event) => change(event.currentTarget.value)}
          onBlur={() => save(text)}
          onPaste={(event) => attachable && takePaste(event, attaching.add)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing || mobile) return;
            event.preventDefault();
            send();
          }}
        />
        {attachable && text === "" && <RecordButton onRecord={() => setRecording(true)} />}
        {attachable && <AttachButton onFiles={attaching.add} />}
        {barred === null && <EmojiSheet onPick={insert} />}
        <button type="submit" class="h-send" aria-label={t("send")} title={t("send")} disabled={!sendable}>
          <ArrowUp size={20} strokeWidth={2.25} />
        </button>
      </div>
    </form>
  );
}
