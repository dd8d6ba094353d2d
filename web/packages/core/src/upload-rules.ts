/** What may be sent, as far as a browser can tell; the server decides. */
import type { FileKind } from "./file-kinds.ts";
import type { Refusal } from "./refusal.ts";

export { acceptOf, FILE_KINDS, type FileKind } from "./file-kinds.ts";

export interface UploadRules {
  readonly maxBytes: number;
  readonly kinds: readonly FileKind[];
  /** How many wait in one thread at most. */
  readonly most: number;
}

/**
 * Makes a refusal: `(...given) => new Refusal(...given)`. Handed in, for the class lives in what a page loads first, and a part that is
 * fetched later must not pull it out of there.
 */
export type Refuse = (...given: ConstructorParameters<typeof Refusal>) => Refusal;

/** How many files one message field holds. */
export const MOST_FILES = 10;

/** What a type certainly counts as; null where only the server can tell. */
export function kindOf(type: string): FileKind | null {
  const plain = type.split(";")[0]?.trim().toLowerCase() ?? "";
  const family = plain.split("/")[0];
  if (family === "image" || family === "audio" || family === "video") return family;
  return plain === "application/pdf" ? "pdf" : null;
}

/** Why a file cannot be sent, where that is plain before anything is asked. */
export function localRefusal(file: File, as: "file" | "audio", rules: UploadRules, refuse: Refuse): Refusal | null {
  if (file.size < 1) return refuse("file_empty");
  if (file.size > rules.maxBytes) return refuse("file_too_large", undefined, 0, { max_bytes: rules.maxBytes });
  const kind = as === "audio" ? "audio" : kindOf(file.type);
  if (kind === null || rules.kinds.includes(kind)) return null;
  return refuse("file_type", undefined, 0, { types: rules.kinds });
}
