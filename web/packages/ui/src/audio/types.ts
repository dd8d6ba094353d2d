/** What the recorder and the player take. Both come by `later.tsx`, so that nobody fetches them who needs none. */
import type { Recording } from "@halloo/core/audio.ts";

/** The words that both need; widget and inbox have each of them in their own messages. */
export const AUDIO_WORDS = [
  "audio_asking",
  "audio_busy",
  "audio_cancel",
  "audio_discard",
  "audio_download",
  "audio_empty",
  "audio_failed",
  "audio_finish",
  "audio_left",
  "audio_longest",
  "audio_missing",
  "audio_pause",
  "audio_paused",
  "audio_play",
  "audio_policy",
  "audio_position",
  "audio_ready",
  "audio_record",
  "audio_recording",
  "audio_refused",
  "audio_resume",
  "audio_retry",
  "audio_send",
  "audio_speed",
  "audio_time",
  "audio_unplayable",
] as const;
export type AudioWord = (typeof AUDIO_WORDS)[number];

/** The `t` of widget and inbox fits. */
export type AudioT = (key: AudioWord, values?: Readonly<Record<string, string | number>>) => string;

export interface RecorderProps {
  readonly t: AudioT;
  /** Whose recording it is: one that is left here unsent waits under this name, and is taken up by the next recorder of it. */
  readonly thread: string;
  /** The recording is to be sent: `uploads.add(thread, [file], "audio", more)`, then `uploads.send(thread)`. */
  readonly onDone: (file: File, more: Recording) => void;
  /** The recording was discarded, or never came about: the composer is back. */
  readonly onCancel: () => void;
  /** It was left unsent, and waits. */
  readonly onKept?: () => void;
}

export interface AudioPlayerProps {
  readonly t: AudioT;
  readonly url: string;
  /** Seconds; 0 or missing where nobody said it. */
  readonly duration?: number | undefined;
  /** Whole numbers from 0 to 100, at most 100 of them. */
  readonly waveform?: readonly number[] | undefined;
  /** A fresh address, for when the old one ran out. */
  readonly renew?: (() => Promise<string>) | undefined;
}
