/** What a message needs of the screen that it stands on. */
import type { AudioT } from "../audio/types.ts";
import type { FileContent } from "./shapes.ts";

/** What a page says of itself (`GET …/preview`); all empty where nothing is known. */
export interface LinkPreview {
  readonly url: string;
  readonly title: string;
  readonly description: string;
  readonly site: string;
  readonly image: string;
}

/** A picture of the conversation, for looking at them one after the other. */
export interface Shown {
  /** The key of its message. */
  readonly key: string;
  readonly file: FileContent;
}

export interface MessageContext {
  /** The message's own, stable while it is on the screen. */
  readonly key: string;
  readonly language: string;
  /** The words of the player of recordings, which the screens have. */
  readonly sound: AudioT;
  /** A new address of a file, for one that ran out. */
  readonly renew: (fileId: string) => Promise<string>;
  /** What a page says of itself; null where nobody asks. */
  readonly preview: ((url: string) => Promise<LinkPreview>) | null;
  /** Sends the answer to a picker or a field, and rejects with why it was not taken; null where the message is only shown. */
  readonly answer: ((content: unknown) => Promise<void>) | null;
  /** The conversation's pictures, oldest first. */
  readonly pictures: () => readonly Shown[];
}
