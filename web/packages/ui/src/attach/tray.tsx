/** The files above the text that is being written: what they are, how far, and what went wrong. Loaded when the first one comes. */
import { sizeText } from "@halloo/core/size.ts";
import type { Attachment } from "@halloo/core/uploads.ts";
import { FileArchive, FileMusic, FileText, FileVideo, Image, File as Page, RotateCw, X } from "lucide-preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { cx } from "../dom.ts";
import { useEdges } from "./edges.ts";
import { Ring } from "./ring.tsx";
import { type AttachT, stateText } from "./words.ts";
import "../styles/attach.css";

export interface AttachTrayProps {
  /** Those of this thread. */
  readonly items: readonly Attachment[];
  readonly language: string;
  readonly t: AttachT;
  /** Something to say beside the files, such as that folders cannot be sent. */
  readonly note?: string | null;
  readonly onCancel: (id: string) => void;
  readonly onRetry: (id: string) => void;
  readonly onNoteGone?: () => void;
}

/** The picture's shorter side on the screen is 44 px; it is drawn for the finest ones. */
const DRAWN = 132;
const DRAWABLE = /^image\/(png|jpeg|gif|webp|avif)$/;
const LARGEST_DRAWN = 25 * 1024 * 1024;

/** A picture, drawn: an address of it would need `blob:` in the policy. */
function Preview({ file }: { file: File }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawn, setDrawn] = useState(false);
  useEffect(() => {
    let gone = false;
    createImageBitmap(file).then(
      (picture) => {
        const { current } = canvas;
        if (current && !gone) {
          const scale = Math.max(DRAWN / picture.width, DRAWN / picture.height);
          const [width, height] = [picture.width * scale, picture.height * scale];
          current.getContext("2d")?.drawImage(picture, (DRAWN - width) / 2, (DRAWN - height) / 2, width, height);
          setDrawn(true);
        }
        picture.close();
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [file]);
  return (
    <>
      {!drawn && <Image size={20} strokeWidth={1.75} />}
      <canvas ref={canvas} width={DRAWN} height={DRAWN} hidden={!drawn} />
    </>
  );
}

function Sign({ file }: { file: File }) {
  if (DRAWABLE.test(file.type) && file.size <= LARGEST_DRAWN) return <Preview file={file} />;
  const family = file.type.split("/")[0];
  const Drawn =
    family === "audio"
      ? FileMusic
      : family === "video"
        ? FileVideo
        : /zip|tar|rar|7z|compressed/.test(file.type)
          ? FileArchive
          : family === "text" || file.type === "application/pdf"
            ? FileText
            : Page;
  return <Drawn size={20} strokeWidth={1.75} />;
}

/** How far one is; null while that cannot be said. */
const shareOf = ({ state, sent, file }: Attachment): number | null =>
  state === "sending" && sent > 0 ? sent / file.size : null;

/** The end of a name tells what it is: it stays in sight. */
function Name({ name }: { name: string }) {
  const cut = name.length > 16 ? name.length - 8 : name.length;
  return (
    <bdi class="u-item-name" title={name}>
      <span>{name.slice(0, cut)}</span>
      {name.slice(cut)}
    </bdi>
  );
}

interface RowProps extends Pick<AttachTrayProps, "language" | "t" | "onCancel" | "onRetry"> {
  readonly item: Attachment;
}

function Row({ item, language, t, onCancel, onRetry }: RowProps) {
  const { file, id, state } = item;
  const bad = state === "failed";
  const busy = state === "sending" || state === "checking";
  const words = { name: file.name };
  return (
    <li class={cx("u-item", `u-item-${state}`)}>
      <span class="u-item-sign">
        <Sign file={file} />
        {busy && <Ring share={shareOf(item)} />}
      </span>
      <span class="u-item-words">
        <Name name={file.name} />
        <span class="u-item-state" role={bad ? "alert" : undefined}>
          {!bad && <span>{sizeText(language, file.size)}</span>}
          <span>{stateText(t, language, item)}</span>
        </span>
      </span>
      {bad && item.retryable && (
        <button
          type="button"
          class="u-item-button"
          aria-label={t("retry", words)}
          title={t("retry", words)}
          onClick={() => onRetry(id)}
        >
          <RotateCw size={16} strokeWidth={2} />
        </button>
      )}
      <button
        type="button"
        class="u-item-button"
        aria-label={t(busy || state === "waiting" ? "cancel" : "remove", words)}
        title={t(busy || state === "waiting" ? "cancel" : "remove", words)}
        onClick={() => onCancel(id)}
      >
        <X size={16} strokeWidth={2} />
      </button>
    </li>
  );
}

/** As high as the soft edge of the list, where it has one. */
const SOFT = 40;

/** Brings what went wrong into sight, and moves nothing but the list. */
function show(list: HTMLElement | null): void {
  const row = [...(list?.querySelectorAll(".u-item-failed") ?? [])].at(-1);
  if (!list || !row) return;
  const [frame, place] = [list.getBoundingClientRect(), row.getBoundingClientRect()];
  if (place.bottom > frame.bottom - SOFT) list.scrollTop += place.bottom - frame.bottom + SOFT;
  else if (place.top < frame.top + SOFT) list.scrollTop -= frame.top - place.top + SOFT;
}

export function AttachTray({ items, language, t, note, onCancel, onRetry, onNoteGone }: AttachTrayProps) {
  const list = useRef<HTMLUListElement>(null);
  const count = useRef(items.length);
  const failed = items.filter(({ state }) => state === "failed").length;
  const failedBefore = useRef(failed);
  useLayoutEffect(() => {
    // What was added stands at the end.
    if (items.length > count.current) list.current?.scrollTo(0, list.current.scrollHeight);
    count.current = items.length;
  }, [items.length]);
  useLayoutEffect(() => {
    if (failed > failedBefore.current) show(list.current);
    failedBefore.current = failed;
  }, [failed]);
  useEdges(list, items.length > 0);
  if (items.length === 0 && !note) return null;
  const busy = items.filter(({ state }) => state !== "done" && state !== "failed").length;
  return (
    <div class="u-tray">
      {note && (
        <p class="u-tray-note" role="alert">
          <span class="u-tray-words">{note}</span>
          {onNoteGone && (
            <button type="button" class="u-item-button" aria-label={t("hide")} title={t("hide")} onClick={onNoteGone}>
              <X size={16} strokeWidth={2} />
            </button>
          )}
        </p>
      )}
      {items.length > 0 && (
        <ul ref={list} class="u-items" aria-label={t("list")} aria-busy={busy > 0}>
          {items.map((item) => (
            <Row key={item.id} item={item} language={language} t={t} onCancel={onCancel} onRetry={onRetry} />
          ))}
        </ul>
      )}
    </div>
  );
}
