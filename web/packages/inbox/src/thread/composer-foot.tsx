/** The foot of the composer: what can be put into a message, and sending it. */
import { Button, IconButton } from "@halloo/ui";
import { canRecord } from "@halloo/ui/audio";
import { AtSign, CircleCheck, Lock, Mic, SendHorizontal, Zap } from "lucide-preact";
import { t } from "../i18n.ts";
import { AttachButton } from "./attach.tsx";
import { EmojiButton } from "./suggestions.tsx";

export const TEXT_MAX = 10_000;

interface FootProps {
  note: boolean;
  /** Of the text, without white space around it. */
  length: number;
  /** Files wait to be sent with it. */
  files: boolean;
  resolvable: boolean;
  begin: (sign: string) => void;
  onFiles: (files: readonly File[]) => void;
  onRecord: () => void;
  send: (resolve: boolean) => void;
}

export function ComposerFoot({ note, length, files, resolvable, begin, onFiles, onRecord, send }: FootProps) {
  const unsendable = length > TEXT_MAX || (length === 0 && !files);
  return (
    <div class="in-composer-foot">
      {!note && <AttachButton onFiles={onFiles} />}
      {!note && canRecord() && <IconButton label={t("audio_record")} icon={<Mic size={18} />} onClick={onRecord} />}
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
          disabled={unsendable}
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
        disabled={unsendable}
        onClick={() => send(false)}
        icon={note ? <Lock size={16} /> : <SendHorizontal size={16} class="ui-mirror" />}
      >
        {t(note ? "add_note" : "send")}
      </Button>
    </div>
  );
}
