/** A picture in its thread: its room is kept before it is there, and a press shows it large. */
import { addressOf, openAddress } from "./address.ts";
import type { MessageContext } from "./context.ts";
import { FileCard } from "./file.tsx";
import { FilePicture } from "./image.tsx";
import { type FileContent, MOST, roomFor } from "./shapes.ts";
import type { Words } from "./words.ts";

interface PictureProps {
  readonly file: FileContent;
  readonly context: MessageContext;
  readonly words: Words;
  /** It moves. */
  readonly animation?: boolean;
}

export function Picture({ file, context, words, animation = false }: PictureProps) {
  const room = roomFor(file.width, file.height, MOST);
  const name = file.name || words(animation ? "animation" : "picture");
  const open = (from: HTMLElement): void => {
    import("./lightbox.tsx").then(
      ({ openLightbox }) => openLightbox(context, words, from),
      // The part could not be fetched: the browser can show it, too.
      () => openAddress(addressOf(file.id, file.url)),
    );
  };
  return (
    <FilePicture
      file={file}
      alt=""
      renew={context.renew}
      small
      failed={(again) => <FileCard file={file} context={context} words={words} again={again} />}
      frame={(inside) => (
        <button
          type="button"
          class="u-picture"
          aria-label={words("open_picture", { name })}
          aria-haspopup="dialog"
          style={{ width: `${room.width}px`, aspectRatio: `${room.width} / ${room.height}` }}
          onClick={(event) => {
            event.stopPropagation();
            open(event.currentTarget);
          }}
        >
          {inside}
        </button>
      )}
    />
  );
}
