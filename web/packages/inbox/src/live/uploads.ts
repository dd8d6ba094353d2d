/** Files on their way from the inbox: one queue for all conversations, so that they go on while the operator looks elsewhere. */
import { carryByXhr, sha256Of } from "@halloo/core/carry.ts";
import { Refusal } from "@halloo/core/refusal.ts";
import { FILE_KINDS, MOST_FILES, type UploadRules } from "@halloo/core/upload-rules.ts";
import { type Attachment, createUploads, type Opened } from "@halloo/core/uploads.ts";
import { uuid } from "@halloo/core/uuid.ts";
import { call } from "../data/api.ts";
import { createStore } from "../data/store.ts";
import type { MeView, UploadRules as Told } from "../data/types.ts";
import { clock } from "./browser.ts";
import { line } from "./live.ts";
import { send } from "./outbox.ts";

/** Everything that no message has taken yet. */
export const attachments = createStore<readonly Attachment[]>([]);

/** Until the server has said how large a file may be, it says so itself, before the first byte goes. */
let rules: UploadRules = { maxBytes: Number.MAX_SAFE_INTEGER, kinds: FILE_KINDS, most: MOST_FILES };

async function learnRules(): Promise<void> {
  const { max_bytes, types } = await call<Told>("GET", "/uploads/rules");
  rules = { maxBytes: max_bytes, kinds: types, most: MOST_FILES };
}

let owner = "";
let author = "";

/** The bytes are the browser's: whoever leaves is asked first. */
const stay = (event: BeforeUnloadEvent): void => event.preventDefault();

export const uploads = createUploads({
  clock,
  uuid,
  refuse: (...given) => new Refusal(...given),
  rules: () => rules,
  open: (draft) => call<Opened>("POST", "/uploads", draft),
  carry: carryByXhr,
  digest: sha256Of,
  live: () => line.get().kind === "live",
  ready: ({ thread, kind, more, file, uploadId }) =>
    send(
      thread,
      {
        type: kind,
        content: { upload_id: uploadId ?? "", ...more },
        shown: { name: file.name, type: file.type, size: file.size },
      },
      author,
    ),
  onChange: (items) => {
    attachments.set(items);
    if (items.some((item) => item.state !== "failed")) addEventListener("beforeunload", stay);
    else removeEventListener("beforeunload", stay);
  },
});

/** Begins for the signed-in operator; what another one of this browser left is forgotten. The answer ends it. */
export function openUploads(me: MeView): () => void {
  const mine = me.operator?.id ?? me.workspace.id;
  author = me.operator?.name ?? "";
  if (owner !== mine) uploads.clear();
  owner = mine;
  learnRules().catch(() => undefined);
  const nudge = (): void => uploads.nudge();
  const stop = line.subscribe(() => {
    if (line.get().kind === "live") nudge();
  });
  addEventListener("online", nudge);
  return () => {
    stop();
    removeEventListener("online", nudge);
  };
}
