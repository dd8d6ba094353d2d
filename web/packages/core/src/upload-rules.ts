/** What may be sent, as far as a browser can tell; the server decides. */
import { Refusal } from "./refusal.ts";

export const FILE_KINDS = ["image", "pdf", "text", "office", "audio", "video", "archive"] as const;
export type FileKind = (typeof FILE_KINDS)[number];

export interface UploadRules {
  readonly maxBytes: number;
  readonly kinds: readonly FileKind[];
  /** How many wait in one thread at most. */
  readonly most: number;
}

/** How many files one message field holds. */
export const MOST_FILES = 10;

/** What a file picker offers, by kind. Pictures are named one by one, so that phones turn theirs into one of them. */
const ACCEPT: Readonly<Record<FileKind, string>> = {
  image: "image/png,image/jpeg,image/gif,image/webp,image/avif",
  pdf: "application/pdf,.pdf",
  text: "text/plain,text/csv,.txt,.log,.md,.csv,.tsv,.json",
  office: ".rtf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.odt,.ods,.odp",
  audio: "audio/*",
  video: "video/mp4,video/webm,video/ogg,video/quicktime",
  archive: ".zip,.gz,.tgz,.7z,.rar,.xz,.bz2,.zst,.tar",
};

/** The `accept` of an `<input type="file">`. */
export const acceptOf = (kinds: readonly FileKind[]): string => kinds.map((kind) => ACCEPT[kind]).join(",");

/** What a type certainly counts as; null where only the server can tell. */
function kindOf(type: string): FileKind | null {
  const plain = type.split(";")[0]?.trim().toLowerCase() ?? "";
  const family = plain.split("/")[0];
  if (family === "image" || family === "audio" || family === "video") return family;
  return plain === "application/pdf" ? "pdf" : null;
}

/** Why a file cannot be sent, where that is plain before anything is asked. */
export function localRefusal(file: File, sentAs: "file" | "audio", rules: UploadRules): Refusal | null {
  if (file.size < 1) return new Refusal("file_empty");
  if (file.size > rules.maxBytes) return new Refusal("file_too_large", undefined, 0, { max_bytes: rules.maxBytes });
  const kind = sentAs === "audio" ? "audio" : kindOf(file.type);
  if (kind === null || rules.kinds.includes(kind)) return null;
  return new Refusal("file_type", undefined, 0, { types: rules.kinds });
}
