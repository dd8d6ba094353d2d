/** Kinds of files, and what a file picker offers of them. */

export const FILE_KINDS = ["image", "pdf", "text", "office", "audio", "video", "archive"] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** Pictures are named one by one, so that phones turn theirs into one of them. */
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
