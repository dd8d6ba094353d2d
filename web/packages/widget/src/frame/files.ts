/** The files that the visitor sends. Their queue is fetched when the first one is near. */
import type { Attachment, Outbox, Outgoing, Uploads } from "@halloo/core";
import type { Refuse } from "@halloo/core/upload-rules.ts";
import type { BotCheck } from "../bot/check.ts";
import type { Parts } from "./parts.ts";
import type { Uploading } from "./uploading.ts";

const fetchUploading = () => import("./uploading.ts");
const NONE: readonly Attachment[] = [];

export type Files = ReturnType<typeof createFiles>;

export interface Around {
  readonly outbox: () => Outbox;
  readonly refuse: Refuse;
  /** What a refusal means for the whole screen. */
  readonly refused: (error: unknown) => void;
  readonly bot: BotCheck;
}

export function createFiles(parts: Parts, around: Around) {
  const listeners = new Set<() => void>();
  let uploading: Uploading | null = null;
  let loading: Promise<Uploads> | null = null;

  return {
    get items(): readonly Attachment[] {
      return uploading?.queue.items ?? NONE;
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** The queue. Rejects where it could not be fetched; asked again, it is tried again. */
    open(): Promise<Uploads> {
      loading ??= (parts.shared.options.parts.uploading ?? fetchUploading)().then(
        ({ createUploading }) => {
          uploading = createUploading(parts, around, () => {
            for (const listener of listeners) listener();
          });
          return uploading.queue;
        },
        (error: unknown) => {
          loading = null;
          throw error;
        },
      );
      return loading;
    },
    nudge: (): void => uploading?.queue.nudge(),
    adopt: (thread: string, conversation: string): void => uploading?.queue.adopt(thread, conversation),
    clear: (): void => uploading?.clear(),
    sent: (message: Outgoing): void => uploading?.sent(message.client_id),
    again: (message: Outgoing): boolean => uploading?.again(message) ?? false,
  };
}
