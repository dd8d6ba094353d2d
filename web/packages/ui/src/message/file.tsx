/** A file as a card: what it is, how large, and a press that opens or saves it. */
import { sizeText } from "@halloo/core/size.ts";
import {
  Download,
  File,
  FileArchive,
  FileImage,
  FileMusic,
  FileSpreadsheet,
  FileText,
  FileVideoCamera,
} from "lucide-preact";
import { useState } from "preact/hooks";
import { cx } from "../dom.ts";
import { openAddress, ranOut, useAddress } from "./address.ts";
import type { MessageContext } from "./context.ts";
import type { FileContent } from "./shapes.ts";
import type { Words } from "./words.ts";

const ICONS: readonly (readonly [RegExp, typeof File])[] = [
  [/^image\//, FileImage],
  [/^video\//, FileVideoCamera],
  [/^audio\//, FileMusic],
  [/zip|compressed|tar|rar|7z/, FileArchive],
  [/sheet|excel|csv/, FileSpreadsheet],
  [/^text\/|pdf|word|document|presentation/, FileText],
];

/** A name in two parts, so that its ending stays to be seen when it is cut. */
export function nameParts(name: string): readonly [string, string] {
  const at = name.lastIndexOf(".");
  const end = at > 0 && name.length - at <= 8 ? at : name.length;
  return [name.slice(0, end), name.slice(end)];
}

interface InsideProps {
  readonly file: FileContent;
  readonly words: Words;
  readonly language: string;
  /** What stands beside it says the name as a whole. */
  readonly named: boolean;
}

function Inside({ file, words, language, named }: InsideProps) {
  const Icon = ICONS.find(([kind]) => kind.test(file.type))?.[1] ?? File;
  const [begin, end] = nameParts(file.name || words("file"));
  const ending = end.slice(1).toLocaleUpperCase("en");
  return (
    <>
      <span class="u-doc-icon">
        <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
      </span>
      <span class="u-doc-words">
        <bdi class="u-doc-name" aria-hidden={named}>
          <span>{begin}</span>
          <span>{end}</span>
        </bdi>
        <span class="u-doc-size">
          {ending !== "" && <bdi>{ending}</bdi>}
          {ending !== "" && file.size !== null && " · "}
          {file.size !== null && <bdi>{sizeText(language, file.size)}</bdi>}
        </span>
      </span>
    </>
  );
}

interface FileCardProps {
  readonly file: FileContent;
  readonly context: MessageContext;
  readonly words: Words;
  /** Where it is a picture that could not be loaded. */
  readonly again?: () => void;
}

export function FileCard({ file, context, words, again }: FileCardProps) {
  const { url, fresh } = useAddress(file, context.renew);
  const [gone, setGone] = useState(false);
  const here = url !== "" && !gone;
  const inside = <Inside file={file} words={words} language={context.language} named={here} />;
  if (!here) {
    return (
      <div class="u-card u-doc">
        {inside}
        {(file.id !== null || gone) && (
          <p class="u-doc-gone" role={gone ? "alert" : undefined}>
            {words("file_gone")}
          </p>
        )}
      </div>
    );
  }
  const open = (event: MouseEvent): void => {
    if (!ranOut(url, Date.now())) return;
    event.preventDefault();
    fresh().then(openAddress, () => setGone(true));
  };
  return (
    <div class="u-card u-doc-box">
      <a
        class={cx("u-doc", "u-press")}
        href={url}
        target="_blank"
        rel="noopener noreferrer"
        title={file.name}
        onClick={open}
      >
        <span class="u-hidden">{words("download_named", { name: file.name || words("file") })}</span>
        {inside}
        <Download class="u-doc-save" size={18} strokeWidth={1.75} aria-hidden="true" />
      </a>
      {again && (
        <p class="u-doc-gone">
          {words("picture_failed")}{" "}
          <button type="button" class="u-text-button" onClick={again}>
            {words("try_again")}
          </button>
        </p>
      )}
    </div>
  );
}
