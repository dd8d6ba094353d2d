/** One soft chime, made of two tones; browsers let it sound only after the first gesture. */
import { storage } from "./browser.ts";

let audio: AudioContext | null = null;
let wanted = true;

/** Whether new messages ring; kept in the profile, and here for the next start. */
export function setSound(on: boolean): void {
  wanted = on;
  storage.set("halloo.sound", on ? null : "off");
}

const GESTURES = ["pointerdown", "keydown"] as const;

/** Not every press is a gesture to a browser: Escape and modifiers are none. */
function wake(): void {
  if (navigator.userActivation?.hasBeenActive === false) return;
  audio ??= typeof AudioContext === "undefined" ? null : new AudioContext();
  if (audio?.state === "suspended") void audio.resume();
  for (const gesture of GESTURES) removeEventListener(gesture, wake, true);
}

/** Waits for the first gesture. */
export function startSound(): void {
  wanted = storage.get("halloo.sound") !== "off";
  for (const gesture of GESTURES) addEventListener(gesture, wake, true);
}

function tone(context: AudioContext, at: number, frequency: number, length: number): void {
  const wave = context.createOscillator();
  const volume = context.createGain();
  wave.type = "sine";
  wave.frequency.value = frequency;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.12, at + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + length);
  wave.connect(volume).connect(context.destination);
  wave.start(at);
  wave.stop(at + length);
}

let last = 0;

/** Rings; a burst of messages rings once. `always` is for trying it out. */
export function chime(always = false): void {
  if (!always && (!wanted || Date.now() - last < 1500)) return;
  // Before the first gesture there is nothing that may sound.
  if (audio?.state !== "running") return;
  last = Date.now();
  tone(audio, audio.currentTime, 659.25, 0.28);
  tone(audio, audio.currentTime + 0.11, 987.77, 0.42);
}
