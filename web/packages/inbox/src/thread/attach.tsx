/** Files in the composer: chosen, dropped and pasted; what stands in the tray, and what covers the thread while some hang over it. */
import { acceptOf, FILE_KINDS } from "@halloo/core/upload-rules.ts";
import { IconButton, toast } from "@halloo/ui";
import { type Given, takePaste, useDrop } from "@halloo/ui/attach/given.ts";
import { type AttachParts, useAttachParts } from "@halloo/ui/attach/parts.ts";
import { FileInput } from "@halloo/ui/attach/picker.tsx";
import { Paperclip } from "lucide-preact";
import { useRef, useState } from "preact/hooks";
import { useStore } from "../data/store.ts";
import { language, t, useLanguage } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { attachments, uploads } from "../live/uploads.ts";

const ACCEPT = acceptOf(FILE_KINDS);
export const ATTACH_KEYS = "Mod+u";

/** What the composer knows of its files. */
export interface Attaching {
  readonly add: (given: Given) => void;
  /** For the text's `onPaste`. */
  readonly onPaste: (event: ClipboardEvent) => void;
  /** Whether "Send" has files to send. */
  readonly sendable: boolean;
  readonly send: () => void;
  readonly tray: TrayProps;
  readonly over: boolean;
  readonly parts: AttachParts | null;
}

/**
 * Files for a conversation. A note holds none, for it must not reach the visitor: what is dropped or pasted there is offered to the
 * reply by `toReply`.
 */
export function useAttaching(id: string, note: boolean, toReply: () => void): Attaching {
  const spoken = useLanguage();
  const parts = useAttachParts(spoken, true);
  const [folders, setFolders] = useState(false);
  const items = useStore(attachments).filter((item) => item.thread === id);
  const add = ({ files, folders: left }: Given) => {
    setFolders(left > 0);
    uploads.add(id, files);
  };
  const give = (given: Given) => {
    if (!note) {
      add(given);
      return;
    }
    const onAction = () => {
      toReply();
      add(given);
    };
    toast({ text: t("attach_note"), action: { label: t("attach_to_reply"), onAction } });
  };
  const over = useDrop(null, true, give);
  return {
    add,
    onPaste: (event) => void takePaste(event, give),
    sendable: !note && items.some((item) => !item.wanted && item.state !== "failed"),
    send: () => {
      setFolders(false);
      uploads.send(id);
    },
    tray: { items: note ? [] : items, parts, folders: folders && !note, onFoldersGone: () => setFolders(false) },
    over,
    parts,
  };
}

interface TrayProps {
  readonly items: AttachTrayItems;
  readonly parts: AttachParts | null;
  readonly folders: boolean;
  readonly onFoldersGone: () => void;
}
type AttachTrayItems = ReturnType<typeof attachments.get>;

/** The files that wait to be sent, under the text. */
export function Tray({ items, parts, folders, onFoldersGone }: TrayProps) {
  if (!parts) return null;
  return (
    <parts.AttachTray
      items={items}
      language={language.get()}
      t={parts.t}
      note={folders ? parts.t("folder") : null}
      onCancel={uploads.cancel}
      onRetry={uploads.retry}
      onNoteGone={onFoldersGone}
    />
  );
}

/** Covers the thread while files hang over the page, and says what letting go does. */
export function Veil({ over, parts, note }: { over: boolean; parts: AttachParts | null; note: boolean }) {
  if (!over || !parts) return null;
  return <parts.DropVeil text={note ? t("attach_note") : parts.t("drop")} />;
}

/** The paperclip, with its key. */
export function AttachButton({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const choose = () => input.current?.click();
  useCommands([
    {
      id: "attach",
      section: "conversation",
      label: t("attach_files"),
      keys: ATTACH_KEYS,
      icon: <Paperclip size={16} />,
      always: true,
      run: choose,
    },
  ]);
  return (
    <>
      <IconButton label={t("attach_files")} keys={ATTACH_KEYS} icon={<Paperclip size={18} />} onClick={choose} />
      <FileInput input={input} accept={ACCEPT} onFiles={onFiles} />
    </>
  );
}
