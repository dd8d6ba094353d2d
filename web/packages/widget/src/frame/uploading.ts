/** The queue of the visitor's files, tied to the engine: asked for as this visitor, and sent as messages once they are there. */

import type { Refusal } from "@halloo/core";
import { carryByXhr, sha256Of } from "@halloo/core/carry.ts";
import { MOST_FILES } from "@halloo/core/upload-rules.ts";
import { createUploads, type Uploads, type UploadsOptions } from "@halloo/core/uploads.ts";
import type { Public } from "@halloo/wire";
import type { Around } from "./files.ts";
import type { Parts } from "./parts.ts";

export function createUploading(
  { shared, visitor }: Parts,
  { outbox, refuse, refused, ahead }: Around,
  onChange: () => void,
  means: Pick<UploadsOptions, "carry" | "digest"> = { carry: carryByXhr, digest: sha256Of },
): Uploads {
  const { api, options } = shared;
  return createUploads({
    ...means,
    clock: options.clock,
    uuid: options.uuid,
    refuse,
    rules() {
      const { files } = shared.record.config.v1;
      return { maxBytes: files?.max_bytes ?? 0, kinds: files?.types ?? [], most: MOST_FILES };
    },
    async open(draft) {
      ahead();
      try {
        if (!shared.state.me) await visitor.contact();
        return await visitor.asVisitor(() => api<Public.UploadOpened>("POST", "/uploads", draft));
      } catch (error) {
        // Too many files at once stop no words.
        if ((error as Partial<Refusal>).code !== "rate_limited") refused(error);
        throw error;
      }
    },
    live: () => shared.state.status === "live",
    ready: ({ thread, kind, uploadId, more }) =>
      outbox().add(thread, { type: kind, content: { upload_id: uploadId, ...more } }) !== null,
    onChange,
  });
}
