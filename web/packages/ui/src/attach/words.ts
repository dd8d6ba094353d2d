/** The sentences of attachments: one file a language for widget and inbox, fetched with the tray. */
import { createT, type Translate } from "@halloo/core/i18n.ts";
import { sizeText } from "@halloo/core/size.ts";
import { type FileKind, kindOf } from "@halloo/core/upload-rules.ts";
import type { Attachment } from "@halloo/core/uploads.ts";
import type en from "../../../../messages/en/attach.json";

type Messages = typeof en;
export type AttachT = Translate<Messages>;
type AttachKey = keyof Messages;

const LOADERS = import.meta.glob<{ default: Messages }>("../../../../messages/*/attach.json");

/** The sentences of a language. */
export async function readWords(language: string): Promise<AttachT> {
  const path = (name: string): string => `../../../../messages/${name}/attach.json`;
  const load = LOADERS[path(language)] ?? LOADERS[path("en")];
  if (!load) throw new Error("no messages");
  return createT<Messages>(language, (await load()).default);
}

const kindsText = (t: AttachT, language: string, kinds: readonly FileKind[]): string =>
  new Intl.ListFormat(language, { type: "conjunction" }).format(kinds.map((kind) => t(`kind_${kind}`)));

const PLAIN: Readonly<Record<string, AttachKey>> = {
  file_empty: "empty",
  file_unreadable: "unreadable",
  files_off: "off",
  image_refused: "image",
  storage_full: "pause",
  upload_damaged: "damaged",
  upload_quota: "quota",
  visitor_blocked: "blocked",
};

/** Why a file was not sent, and what to do. */
export function problemText(t: AttachT, language: string, item: Attachment): string {
  const code = item.error?.code ?? "unknown";
  const details = item.error?.details ?? {};
  if (code === "file_too_large" && typeof details["max_bytes"] === "number") {
    return t("too_large", { size: sizeText(language, details["max_bytes"]) });
  }
  if (code === "file_type" && Array.isArray(details["types"])) {
    const types = details["types"] as FileKind[];
    const kind = kindOf(item.file.type);
    // Its kind is taken here: refused was what is inside, and a list with that kind in it would only puzzle.
    if (kind !== null && types.includes(kind)) return t("mismatch");
    return t("type", { types: kindsText(t, language, types) });
  }
  if (code === "too_many_files") return t("many", { most: Number(details["most"]) });
  return t(PLAIN[code] ?? "failed");
}

/** How far a file is. */
export function stateText(t: AttachT, language: string, item: Attachment): string {
  switch (item.state) {
    case "waiting":
      if (item.error?.code === "rate_limited") return t("slow");
      if (item.error?.code === "offline") return t("offline");
      return t(item.error ? "pause" : "waiting");
    case "sending": {
      const share = new Intl.NumberFormat(language, { style: "percent" }).format(item.sent / item.file.size);
      return t("sending", { share });
    }
    case "checking":
      return t("checking");
    case "done":
      return t(item.wanted ? "waiting" : "ready");
    case "failed":
      return problemText(t, language, item);
    default:
      return item.state satisfies never;
  }
}
