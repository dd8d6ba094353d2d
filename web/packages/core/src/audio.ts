/** Recordings, without a browser: which container to ask for, their waveform, how times are written. Pure. */

/** The longest recording, in seconds. */
export const LONGEST_S = 300;
/** The bars of a waveform that a recording is sent with, and their highest. */
export const BARS = 64;
export const PEAK = 100;

/** What a recording says of itself, as `content` of its message beside `upload_id`: seconds, and whole numbers from 0 to 100. */
export interface Recording extends Readonly<Record<string, unknown>> {
  readonly duration: number;
  readonly waveform: readonly number[];
}

/** What browsers record, best first, and the ending of its files. */
const CONTAINERS: readonly (readonly [type: string, ending: string])[] = [
  ["audio/webm;codecs=opus", "webm"],
  ["audio/ogg;codecs=opus", "ogg"],
  ["audio/mp4;codecs=mp4a.40.2", "m4a"],
  ["audio/mp4", "m4a"],
  ["audio/webm", "webm"],
];

export interface Container {
  /** What the recorder is asked for. */
  readonly wish: string;
  /** The type of the file, without codecs. */
  readonly type: string;
  readonly ending: string;
}

/** The best container that this browser records; null where there is none. `supported`: `MediaRecorder.isTypeSupported`. */
export function containerOf(supported: (type: string) => boolean): Container | null {
  const found = CONTAINERS.find(([type]) => supported(type));
  return found === undefined ? null : { wish: found[0], type: found[0].replace(/;.*/, ""), ending: found[1] };
}

/** How loud a piece of sound is, from its samples (-1 to 1): 0 to 1, as the ear hears it rather than as the sum is. */
export function loudness(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < samples.length; at += 1) sum += (samples[at] ?? 0) ** 2;
  const mean = Math.sqrt(sum / Math.max(1, samples.length));
  // From -54 decibels, a quiet room, to -6, a loud voice.
  return mean === 0 ? 0 : Math.min(1, Math.max(0, (20 * Math.log10(mean) + 54) / 48));
}

/** At most `bars` bars, 0 to 100, of levels from 0 to 1: the loudest of each stretch. */
export function waveformOf(levels: readonly number[], bars = BARS): number[] {
  const count = Math.min(bars, levels.length);
  return Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * levels.length) / count);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * levels.length) / count));
    const peak = levels.slice(from, to).reduce((most, one) => Math.max(most, one), 0);
    return Math.round(Math.min(1, peak) * PEAK);
  });
}

/** As many bars as there is room for, of whatever came with a message; a quiet line where nothing did. */
export function barsOf(waveform: readonly number[], room: number): number[] {
  if (waveform.length === 0) return Array.from({ length: room }, () => 8);
  return Array.from({ length: room }, (_, bar) => {
    const from = Math.floor((bar * waveform.length) / room);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * waveform.length) / room));
    return Math.max(8, ...waveform.slice(from, to).map((one) => Math.min(PEAK, Math.max(0, one))));
  });
}

/** Minutes and seconds: `0:07`, `12:30`. Digits as everywhere on clocks, in every language. */
export function clock(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  return `${Math.floor(whole / 60)}:${`${whole % 60}`.padStart(2, "0")}`;
}

/** The name of a recording's file: `voice-2026-11-29-1405.webm`, by the clock of who records. */
export function recordingName(at: Date, ending: string): string {
  const two = (value: number): string => `${value}`.padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `voice-${day}-${two(at.getHours())}${two(at.getMinutes())}.${ending}`;
}

/** The next speed of playback. */
export const nextSpeed = (speed: number): number => (speed === 1 ? 1.5 : speed === 1.5 ? 2 : 1);
