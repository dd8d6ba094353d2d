/** One recording: from the question for the microphone to the file. Whatever way it ends, the microphone is given back. */
import {
  type Container,
  containerOf,
  LONGEST_S,
  loudness,
  type Recording,
  recordingName,
  waveformOf,
} from "@halloo/core/audio.ts";
import { mayAsk } from "./may-ask.ts";

/** Why there is no recording: the visitor said no, the site's policy did, no microphone, another program has it, too short, else. */
export type Trouble = "refused" | "policy" | "missing" | "busy" | "empty" | "failed";

/** Shorter is a slip of the finger. */
const SHORTEST_S = 0.5;
const TICK_MS = 50;
const BITS = 48_000;

export class TroubleError extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble);
  }
}

/** The names under which browsers say it. */
function troubleOf(error: unknown): Trouble {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return mayAsk() ? "refused" : "policy";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "failed";
}

export interface Take {
  /** Levels from 0 to 1, twenty a second, of what was recorded. */
  readonly levels: readonly number[];
  /** Seconds that were recorded. */
  seconds(): number;
  pause(): void;
  resume(): void;
  /** The file, and what it says of itself. Fails with `TroubleError`. */
  finish(): Promise<{ file: File; more: Recording }>;
  discard(): void;
}

/**
 * Asks for the microphone and begins. `onTick` twenty times a second; `onFull` when the longest is reached, and when the microphone goes
 * away. Fails with `TroubleError`.
 */
export async function record(onTick: () => void, onFull: () => void): Promise<Take> {
  const container = containerOf((type) => MediaRecorder.isTypeSupported(type));
  if (container === null) throw new TroubleError("failed");
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    throw new TroubleError(troubleOf(error));
  }
  try {
    return begin(stream, container, onTick, onFull);
  } catch {
    for (const track of stream.getTracks()) track.stop();
    throw new TroubleError("failed");
  }
}

function begin(stream: MediaStream, container: Container, onTick: () => void, onFull: () => void): Take {
  const recorder = new MediaRecorder(stream, { mimeType: container.wish, audioBitsPerSecond: BITS });
  const levels: number[] = [];
  const pieces: Blob[] = [];
  const stopped = new Promise<void>((resolve) => recorder.addEventListener("stop", () => resolve(), { once: true }));
  let done = 0;
  let since: number | null = performance.now();
  let full = false;
  const fill = (): void => {
    if (full) return;
    full = true;
    onFull();
  };
  recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
  recorder.addEventListener("error", fill);
  // What may fail comes before what would go on by itself.
  recorder.start();
  const meter = meterOf(stream);
  for (const track of stream.getTracks()) track.addEventListener("ended", fill);
  const seconds = (): number => done + (since === null ? 0 : (performance.now() - since) / 1000);
  const hold = (): void => {
    done = seconds();
    since = null;
  };
  const end = (): void => {
    hold();
    clearInterval(timer);
    if (recorder.state !== "inactive") recorder.stop();
    for (const track of stream.getTracks()) track.stop();
    meter.close();
  };
  const timer = setInterval(() => {
    if (since === null) return;
    levels.push(meter.level());
    onTick();
    if (seconds() >= LONGEST_S) fill();
  }, TICK_MS);
  return {
    levels,
    seconds,
    pause() {
      hold();
      recorder.pause();
    },
    resume() {
      since ??= performance.now();
      recorder.resume();
    },
    async finish() {
      end();
      await stopped;
      const duration = Math.round(Math.min(LONGEST_S, done) * 10) / 10;
      const type = recorder.mimeType.replace(/;.*/, "") || container.type;
      const file = new File(pieces, recordingName(new Date(), container.ending), { type });
      if (duration < SHORTEST_S || file.size === 0) throw new TroubleError("empty");
      return { file, more: { duration, waveform: waveformOf(levels) } };
    },
    discard: end,
  };
}

/** How loud it is right now. */
function meterOf(stream: MediaStream): { level(): number; close(): void } {
  const context = new AudioContext();
  const ear = context.createAnalyser();
  ear.fftSize = 2048;
  context.createMediaStreamSource(stream).connect(ear);
  void context.resume();
  const samples = new Float32Array(ear.fftSize);
  return {
    level() {
      ear.getFloatTimeDomainData(samples);
      return loudness(samples);
    },
    close: () => void context.close(),
  };
}
