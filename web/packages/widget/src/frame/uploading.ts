/** The queue of the visitor's files, tied to the engine: asked for as this visitor, and sent as messages once they are there. */

import type { Attachment, Outgoing, Refusal } from "@halloo/core";
import { carryByXhr, sha256Of } from "@halloo/core/carry.ts";
import { MOST_FILES } from "@halloo/core/upload-rules.ts";
import { createUploads, type Uploads, type UploadsOptions } from "@halloo/core/uploads.ts";
import type { Public } from "@halloo/wire";
import type { Around } from "./files.ts";
import type { Parts } from "./parts.ts";

export interface Uploading {
  readonly queue: Uploads;
  /** The server knows nothing of this message's file any more: brings it once more. False where the bytes are gone, or that did not help. */
  again(message: Outgoing): boolean;
  /** The message was stored. */
  sent(clientId: string): void;
  /** Forgets everything. */
  clear(): void;
}

export function createUploading(
  { shared, visitor }: Parts,
  { outbox, refuse, refused, bot }: Around,
  onChange: () => void,
  means: Pick<UploadsOptions, "carry" | "digest"> = { carry: carryByXhr, digest: sha256Of },
): Uploading {
  const { api, options } = shared;
  /** Files whose messages are on their way, by `client_id`, and those that were brought twice. */
  const handed = new Map<string, Attachment>();
  const twice = new WeakSet<File>();
  const queue = createUploads({
    ...means,
    clock: options.clock,
    uuid: options.uuid,
    refuse,
    rules() {
      const { files } = shared.record.config.v1;
      return { maxBytes: files?.max_bytes ?? 0, kinds: files?.types ?? [], most: MOST_FILES };
    },
    async open(draft) {
      try {
        if (!shared.state.me) await visitor.contact();
        const opened = await bot.around((check) =>
          visitor.asVisitor(() => api<Public.UploadOpened>("POST", "/uploads", { ...draft, ...check })),
        );
        // The message that names it will be said soon.
        bot.ahead();
        return opened;
      } catch (error) {
        // Too many files at once stop no words.
        if ((error as Partial<Refusal>).code !== "rate_limited") refused(error);
        throw error;
      }
    },
    live: () => shared.state.status === "live",
    ready(item) {
      const { file, thread, kind, uploadId, more } = item;
      const shown = { name: file.name, type: file.type, size: file.size };
      const message = outbox().add(thread, { type: kind, content: { upload_id: uploadId, ...more }, shown });
      if (message) handed.set(message.client_id, item);
      return message !== null;
    },
    onChange,
  });
  return {
    queue,
    again({ client_id, thread }) {
      const item = handed.get(client_id);
      if (!item || twice.has(item.file)) return false;
      twice.add(item.file);
      queue.add(thread, [item.file], item.kind, item.more, true);
      return true;
    },
    sent: (clientId) => void handed.delete(clientId),
    clear() {
      handed.clear();
      queue.clear();
    },
  };
}
