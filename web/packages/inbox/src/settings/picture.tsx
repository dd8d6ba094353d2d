/** One's own picture: chosen or dropped, looked at by the server, and taken away again. */
import { Avatar, Button, cx, toast } from "@halloo/ui";
import { type AttachParts, useAttachParts } from "@halloo/ui/attach/parts.ts";
import { Ring } from "@halloo/ui/attach/ring.tsx";
import { Camera, Trash, X } from "lucide-preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { client } from "../data/query.ts";
import { reasonOf } from "../data/reason.ts";
import type { MeView } from "../data/types.ts";
import { formatPercent, t, useLanguage } from "../i18n.ts";
import { uploadPicture } from "../live/picture.ts";

const PICTURES = "image/png,image/jpeg,image/gif,image/webp,image/avif";

/** How far it is, in the words of attachments. */
const stateOf = (say: AttachParts["t"], share: number): string =>
  share < 1 ? say("sending", { share: formatPercent(share) }) : say("checking");

export function OwnPicture({ me }: { me: MeView }) {
  const input = useRef<HTMLInputElement>(null);
  /** How much of it is there, while one is on its way. */
  const [share, setShare] = useState<number | null>(null);
  const way = useRef<AbortController | null>(null);
  const parts = useAttachParts(useLanguage(), true);
  const [over, setOver] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => () => way.current?.abort(), []);
  const operator = me.operator;
  if (!operator) return null;
  const busy = share !== null;

  const take = async (file: File | undefined) => {
    if (!file || busy) return;
    way.current = new AbortController();
    const { signal } = way.current;
    setShare(0);
    setTrouble(null);
    try {
      client.setQueryData<MeView>(keys.me, await uploadPicture(file, signal, setShare));
      toast({ text: t("picture_taken"), tone: "good" });
    } catch (error) {
      if (!signal.aborted) setTrouble(reasonOf(error));
    } finally {
      setShare(null);
    }
  };
  const drop = async () => {
    setTrouble(null);
    try {
      client.setQueryData<MeView>(keys.me, await call<MeView>("DELETE", "/me/avatar"));
      toast({ text: t("picture_gone") });
    } catch (error) {
      complain(error);
    }
  };
  const choose = () => input.current?.click();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the buttons inside do the same by keyboard
    <div
      class={cx("in-own-picture", over && "in-over", busy && "in-busy")}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void take(event.dataTransfer?.files[0]);
      }}
    >
      <button type="button" class="in-own-face" tabIndex={-1} aria-hidden="true" onClick={choose}>
        <Avatar key={operator.avatar} id={operator.id} name={operator.name} src={operator.avatar} size={56} />
        <span class="in-own-camera">
          {busy ? <Ring share={share > 0 && share < 1 ? share : null} /> : <Camera size={20} />}
        </span>
      </button>
      <div class="in-own-words">
        <strong dir="auto">{operator.name}</strong>
        <span>{operator.email}</span>
        <span>
          {t(`role_${operator.role}`)} · {me.workspace.name}
        </span>
      </div>
      <div class="in-own-buttons">
        {busy ? (
          <Button kind="ghost" icon={<X size={16} />} onClick={() => way.current?.abort()}>
            {t("cancel")}
          </Button>
        ) : (
          operator.avatar && (
            <Button kind="ghost" icon={<Trash size={16} />} onClick={() => void drop()}>
              {t("picture_remove")}
            </Button>
          )
        )}
        {/* Last, so that it keeps its place: what takes a picture away must not appear under the pointer that chose one. */}
        <Button icon={<Camera size={16} />} busy={busy} disabled={busy} onClick={choose}>
          {t(operator.avatar ? "picture_change" : "picture_choose")}
        </Button>
      </div>
      <p class={cx("in-own-hint", trouble && "in-save-bad")} role={trouble ? "alert" : undefined}>
        {trouble ?? (busy && parts ? stateOf(parts.t, share) : t("picture_hint"))}
      </p>
      <input
        ref={input}
        type="file"
        hidden
        accept={PICTURES}
        aria-label={t("picture_choose")}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          void take(file);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
