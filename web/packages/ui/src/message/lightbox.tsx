/** The conversation's pictures, large, one after the other: by keys, wheel, double click, two fingers and swiping. */
import { ChevronLeft, ChevronRight, Download, X, ZoomIn, ZoomOut } from "lucide-preact";
import { render } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useLayer } from "../dom.ts";
import { addressOf, openAddress, ranOut, renewed } from "./address.ts";
import type { MessageContext, Shown } from "./context.ts";
import { FilePicture } from "./image.tsx";
import { type FileContent, shownAt } from "./shapes.ts";
import { useStage } from "./stage.ts";
import type { Words } from "./words.ts";

interface LightboxProps {
  readonly pictures: readonly Shown[];
  readonly first: number;
  readonly renew: (id: string) => Promise<string>;
  readonly words: Words;
  readonly onClose: () => void;
}

/** Saves a picture under its name: the storage host shows pictures, so its bytes are fetched and handed over. */
async function save(file: FileContent, renew: (id: string) => Promise<string>): Promise<void> {
  if (file.id === null) {
    // Only the storage host may be asked for bytes; the image host shows its pictures in a tab.
    openAddress(file.url);
    return;
  }
  const held = addressOf(file.id, file.url);
  const url = ranOut(held, Date.now()) ? await renewed(file.id, renew) : held;
  const answer = await fetch(url, { credentials: "omit", referrerPolicy: "no-referrer" });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = file.name || "picture";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The room that a picture takes: whole on the stage, and no larger than it is. */
function Large({ shown, words, renew }: { shown: Shown; words: Words; renew: (id: string) => Promise<string> }) {
  const { file } = shown;
  return (
    <FilePicture
      file={file}
      alt={file.name || words("picture")}
      renew={renew}
      eager
      failed={(again) => (
        <p class="u-light-failed">
          {words("picture_failed")}{" "}
          <button type="button" class="u-text-button" onClick={again}>
            {words("try_again")}
          </button>
        </p>
      )}
      frame={(inside) => (
        <span
          class="u-light-picture"
          style={
            file.width !== null && file.height !== null
              ? {
                  aspectRatio: `${file.width} / ${file.height}`,
                  "--wide": `${file.width}px`,
                  "--ratio": `${file.width / file.height}`,
                }
              : undefined
          }
        >
          {inside}
        </span>
      )}
    />
  );
}

function Lightbox({ pictures, first, renew, words, onClose }: LightboxProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [at, setAt] = useState(first);
  const [problem, setProblem] = useState(false);
  const shown = pictures[at];
  const rtl = document.documentElement.dir === "rtl";
  const go = (by: number): void => {
    const next = Math.max(0, Math.min(pictures.length - 1, at + by));
    if (next === at) return;
    setProblem(false);
    setAt(next);
  };
  const { stage, zoom, scale, handlers } = useStage(shown?.key ?? "", {
    swiped: (way) => (way === "close" ? onClose() : go((way === "left") !== rtl ? 1 : -1)),
  });
  useLayer(true, onClose);
  useLayoutEffect(() => {
    dialog.current?.showModal();
    dialog.current?.focus();
  }, []);
  if (!shown) return null;
  const onKeyDown = (event: KeyboardEvent): void => {
    const forward = rtl ? "ArrowLeft" : "ArrowRight";
    const back = rtl ? "ArrowRight" : "ArrowLeft";
    if (event.key === forward) go(1);
    else if (event.key === back) go(-1);
    else if (event.key === "Home") go(-pictures.length);
    else if (event.key === "End") go(pictures.length);
    else if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else if (event.key === "0") zoom(0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const { file } = shown;
  return (
    <dialog
      ref={dialog}
      class="u-light"
      tabIndex={-1}
      aria-label={words("pictures")}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={onKeyDown}
    >
      <header class="u-light-head">
        <p class="u-light-name" aria-live="polite">
          <bdi>{file.name || words("picture")}</bdi>
          {pictures.length > 1 && <span>{words("place", { index: at + 1, count: pictures.length })}</span>}
        </p>
        <button type="button" aria-label={words("zoom_out")} disabled={scale <= 1} onClick={() => zoom(1 / 1.5)}>
          <ZoomOut size={20} strokeWidth={1.75} />
        </button>
        <button type="button" aria-label={words("zoom_in")} onClick={() => zoom(1.5)}>
          <ZoomIn size={20} strokeWidth={1.75} />
        </button>
        <button
          type="button"
          aria-label={words("download_named", { name: file.name || words("picture") })}
          onClick={() => void save(file, renew).catch(() => setProblem(true))}
        >
          <Download size={20} strokeWidth={1.75} />
        </button>
        <button type="button" aria-label={words("close")} onClick={onClose}>
          <X size={22} strokeWidth={1.75} />
        </button>
      </header>
      <div ref={stage} class="u-light-stage" {...handlers}>
        <Large key={shown.key} shown={shown} words={words} renew={renew} />
      </div>
      {at > 0 && (
        <button
          type="button"
          class="u-light-turn u-light-before"
          aria-label={words("previous_picture")}
          onClick={() => go(-1)}
        >
          <ChevronLeft class="u-mirror" size={26} strokeWidth={1.75} />
        </button>
      )}
      {at < pictures.length - 1 && (
        <button
          type="button"
          class="u-light-turn u-light-after"
          aria-label={words("next_picture")}
          onClick={() => go(1)}
        >
          <ChevronRight class="u-mirror" size={26} strokeWidth={1.75} />
        </button>
      )}
      <p class="u-light-problem" role="alert">
        {problem && words("download_failed")}
      </p>
    </dialog>
  );
}

/** Shows the pictures of a conversation, the message's own first. The focus goes back to `from`; it ends when the thread around that does. */
export function openLightbox(context: MessageContext, words: Words, from: HTMLElement): void {
  const pictures = context
    .pictures()
    .filter(({ file }) => file.id !== null || shownAt(file.url, file.thumbnail) !== null);
  const first = pictures.findIndex(({ key }) => key === context.key);
  if (first < 0) return;
  const thread = from.closest("[role=log]") ?? from;
  const place = document.createElement("div");
  document.body.append(place);
  const close = (): void => {
    watch.disconnect();
    place.querySelector("dialog")?.close();
    render(null, place);
    place.remove();
    from.focus({ preventScroll: true });
  };
  const watch = new MutationObserver(() => {
    if (!thread.isConnected) close();
  });
  watch.observe(document.body, { childList: true, subtree: true });
  render(<Lightbox pictures={pictures} first={first} renew={context.renew} words={words} onClose={close} />, place);
}
