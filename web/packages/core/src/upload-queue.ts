/** What the queue of files is, shows and needs (`uploads.ts`). */
import type { Clock } from "./ports.ts";
import type { Refusal } from "./refusal.ts";
import type { Refuse, UploadRules } from "./upload-rules.ts";
import type { Carry, Opened, UploadDraft } from "./upload-steps.ts";

export interface Attachment {
  readonly id: string;
  /** The conversation's id, or a name of our own for one that does not exist yet. */
  readonly thread: string;
  readonly file: File;
  readonly kind: "file" | "audio";
  /** What its message says beside the upload: duration and waveform of audio. */
  readonly more: Readonly<Record<string, unknown>>;
  /** `checking`: every byte is there, and the server finds out what it is. */
  readonly state: "waiting" | "sending" | "checking" | "done" | "failed";
  /** Bytes that are on the server. */
  readonly sent: number;
  /** Why it failed; while it waits, why it does. */
  readonly error: Refusal | null;
  /** When it goes on, where the server asked to wait; milliseconds since 1970. */
  readonly until: number | null;
  /** Trying again may help. */
  readonly retryable: boolean;
  readonly uploadId: string | null;
  /** "Send" was pressed: it goes as soon as it is there. */
  readonly wanted: boolean;
}

export interface Uploads {
  readonly items: readonly Attachment[];
  /**
   * Adds files and begins to send. What cannot be sent stands there at once as failed, with its reason. `wanted`: they go by themselves,
   * as if "Send" had been pressed for them alone.
   */
  add(
    thread: string,
    files: readonly File[],
    kind?: "file" | "audio",
    more?: Readonly<Record<string, unknown>>,
    wanted?: boolean,
  ): void;
  cancel(id: string): void;
  retry(id: string): void;
  /** All of the thread are wanted; each goes out in the order of adding, exactly once. Failed ones do not hold up others. */
  send(thread: string): void;
  /** The line is back. */
  nudge(): void;
  /** The thread got its real id. */
  adopt(thread: string, conversation: string): void;
  /** Forgets everything. */
  clear(): void;
}

export interface UploadsOptions {
  readonly clock: Clock;
  readonly uuid: () => string;
  readonly refuse: Refuse;
  readonly rules: () => UploadRules;
  /** Asks the server for a target. */
  readonly open: (draft: UploadDraft) => Promise<Opened>;
  /** Brings bytes there; a browser's is `carryByXhr`. */
  readonly carry: Carry;
  /** SHA-256 in hex, or null where it cannot be had. */
  readonly digest: (file: File) => Promise<string | null>;
  /** Whether the line to the server is up: what fails then again and again fails for good. */
  readonly live: () => boolean;
  /** Puts the message of a file that is there and wanted on its way; false where there is no room for it yet. */
  readonly ready: (item: Attachment) => boolean;
  readonly onChange: (items: readonly Attachment[]) => void;
}
