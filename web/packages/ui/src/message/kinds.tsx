/** Every kind of message but plain text. This part comes with the first message that needs it. */
import { Mic } from "lucide-preact";
import { AudioPlayer } from "../audio/later.tsx";
import { addressOf, renewed } from "./address.ts";
import { Carousel } from "./carousel.tsx";
import type { MessageContext } from "./context.ts";
import { FileCard } from "./file.tsx";
import { Picture } from "./picture.tsx";
import { PreviewCard } from "./preview.tsx";
import { FieldCard, PickerCard } from "./question.tsx";
import { isOurs, pictureOf, readAudio, readCarousel, readField, readFile, readPicker } from "./shapes.ts";
import type { Words } from "./words.ts";
import "../styles/message.css";

export { readWords } from "./words.ts";

export interface KindProps {
  readonly type: string;
  readonly content: unknown;
  readonly context: MessageContext;
  readonly words: Words;
}

function Other({ words }: { words: Words }) {
  return <p class="u-card u-other">{words("unsupported")}</p>;
}

export function Kind(props: KindProps) {
  const { type, content, context, words } = props;
  switch (type) {
    case "text":
      return typeof content === "string" ? <PreviewCard text={content} context={context} /> : null;
    case "file":
    case "animation":
      return <OneFile {...props} />;
    case "audio":
      return <Audio {...props} />;
    case "picker": {
      const picker = readPicker(content);
      return picker ? (
        <PickerCard content={picker} raw={content} context={context} words={words} />
      ) : (
        <Other words={words} />
      );
    }
    case "field": {
      const field = readField(content);
      return field ? (
        <FieldCard content={field} raw={content} context={context} words={words} />
      ) : (
        <Other words={words} />
      );
    }
    case "carousel": {
      const carousel = readCarousel(content);
      return carousel ? <Carousel content={carousel} words={words} /> : <Other words={words} />;
    }
    default:
      return <Other words={words} />;
  }
}

function OneFile({ type, content, context, words }: KindProps) {
  const file = readFile(content);
  if (file === null) return <Other words={words} />;
  const moving = type === "animation";
  if (pictureOf(type, content) && file.url !== "") {
    return <Picture file={file} context={context} words={words} animation={moving} />;
  }
  const named = file.name === "" && moving ? { ...file, name: words("animation") } : file;
  return <FileCard file={named} context={context} words={words} />;
}

function Audio({ content, context, words }: KindProps) {
  const audio = readAudio(content);
  if (audio === null) return <Other words={words} />;
  const { id, url, duration, waveform } = audio;
  if (id === null && !isOurs(url)) {
    // Nothing is played from elsewhere; whoever wants to hear it goes there.
    const file = readFile({ ...(content as object), name: words("audio") });
    return file && file.url !== "" ? <FileCard file={file} context={context} words={words} /> : <Sound words={words} />;
  }
  if (url === "") return <Sound words={words} />;
  return (
    <div class="u-card u-audio">
      <AudioPlayer
        t={context.sound}
        url={addressOf(id, url)}
        duration={duration}
        waveform={waveform}
        renew={id === null ? undefined : () => renewed(id, context.renew)}
      />
    </div>
  );
}

/** A recording that is on its way, or gone. */
function Sound({ words }: { words: Words }) {
  return (
    <div class="u-card u-doc">
      <span class="u-doc-icon">
        <Mic size={20} strokeWidth={1.75} aria-hidden="true" />
      </span>
      <span class="u-doc-name">{words("audio")}</span>
    </div>
  );
}
