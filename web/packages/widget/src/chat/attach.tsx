/** Files beside the text that is being written: chosen, dropped or pasted, and shown until they are sent. */
import type { Attachment, Uploads } from "@halloo/core";
import { acceptOf } from "@halloo/core/file-kinds.ts";
import { useFetched } from "@halloo/ui/attach/fetched.ts";
import { type Given, useDrop } from "@halloo/ui/attach/given.ts";
import { useAttachParts } from "@halloo/ui/attach/parts.ts";
import { FileButton } from "@halloo/ui/attach/picker.tsx";
import { canRecord, mayAsk } from "@halloo/ui/audio";
import { Mic, Paperclip } from "lucide-preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { useAround } from "./hooks.ts";

/** The tray is fetched once the chat stands, so that it is there before the line goes. */
const LEISURE_MS = 1_500;

/** The queue; null until it is here. */
function useQueue(wanted: boolean): Uploads | null {
  const { engine } = useAround();
  return useFetched(engine.files.open, wanted, engine);
}

/** The files of a thread that wait to be sent. */
function useItems(thread: string): readonly Attachment[] {
  const { engine } = useAround();
  const [items, setItems] = useState(engine.files.items);
  useEffect(() => {
    setItems(engine.files.items);
    return engine.files.subscribe(() => setItems(engine.files.items));
  }, [engine]);
  return items.filter((item) => item.thread === thread);
}

export type Attaching = ReturnType<typeof useAttaching>;

/** Files for a thread. `enabled`: they may be sent, and somebody can write. */
export function useAttaching(thread: string, enabled: boolean) {
  const { language } = useAround();
  const [wanted, setWanted] = useState(false);
  const [folder, setFolder] = useState(false);
  /** What waits for the queue to be here. */
  const early = useRef<((queue: Uploads) => void)[]>([]);
  const queue = useQueue(enabled && wanted);
  const parts = useAttachParts(language, enabled && wanted);
  const items = useItems(thread);

  useEffect(() => {
    if (!enabled) return;
    const timer = setTimeout(() => setWanted(true), LEISURE_MS);
    return () => clearTimeout(timer);
  }, [enabled]);

  useEffect(() => {
    if (queue) for (const act of early.current.splice(0)) act(queue);
  }, [queue]);

  /** Does something with the queue as soon as it is here. */
  const withQueue = useCallback(
    (act: (queue: Uploads) => void): void => {
      setWanted(true);
      if (queue) act(queue);
      else early.current.push(act);
    },
    [queue],
  );

  const add = useCallback(
    ({ files, folders }: Given): void => {
      setFolder(folders > 0);
      if (files.length > 0) withQueue((queue) => queue.add(thread, files));
    },
    [withQueue, thread],
  );
  const over = useDrop(null, enabled, add);

  useEffect(() => {
    if (over) setWanted(true);
  }, [over]);

  return {
    add,
    /** A recording goes by itself; whatever else is chosen stays. */
    say(file: File, more: Readonly<Record<string, unknown>>): void {
      withQueue((queue) => queue.add(thread, [file], "audio", more, true));
    },
    /** There are files that "Send" would send. */
    some: items.some(({ state, wanted: sent }) => !sent && state !== "failed"),
    send(): void {
      setFolder(false);
      queue?.send(thread);
    },
    tray: parts && queue && (
      <parts.AttachTray
        items={items}
        language={language}
        t={parts.t}
        note={folder ? parts.t("folder") : null}
        onCancel={queue.cancel}
        onRetry={queue.retry}
        onNoteGone={() => setFolder(false)}
      />
    ),
    veil: over && parts && <parts.DropVeil text={parts.t("drop")} />,
  };
}

/** The paperclip. */
export function AttachButton({ onFiles }: { onFiles: (given: Given) => void }) {
  const { engine, t } = useAround();
  const kinds = engine.record.config.v1.files?.types ?? [];
  return (
    <FileButton
      class="h-tool"
      label={t("attach")}
      accept={acceptOf(kinds)}
      onFiles={(files) => onFiles({ files, folders: 0 })}
    >
      <Paperclip size={20} strokeWidth={1.75} />
    </FileButton>
  );
}

/** The microphone, where this browser and the widget's owner let it be. */
export function RecordButton({ onRecord }: { onRecord: () => void }) {
  const { engine, t } = useAround();
  const [able] = useState(canRecord);
  const wanted = engine.record.config.v1.files?.types.includes("audio");
  useEffect(() => {
    if (wanted && !mayAsk()) {
      console.warn(
        `Halloo: this page keeps the microphone. Permissions-Policy: microphone=(self "${location.origin}")`,
      );
    }
  }, [wanted]);
  if (!able || !wanted) return null;
  return (
    <button type="button" class="h-tool" aria-label={t("audio_record")} title={t("audio_record")} onClick={onRecord}>
      <Mic size={20} strokeWidth={1.75} />
    </button>
  );
}
