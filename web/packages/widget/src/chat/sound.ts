/** The sound of a new message: two soft tones, made on the spot, only after the visitor has touched the page. */

let context: AudioContext | null = null;

/** Call on a gesture: browsers allow sound only after one. */
export function allowSound(): void {
  try {
    context ??= new AudioContext();
    void context.resume();
  } catch {
    // No sound on this machine.
  }
}

function tone(at: AudioContext, hertz: number, start: number, length: number): void {
  const oscillator = at.createOscillator();
  const gain = at.createGain();
  oscillator.type = "sine";
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(0.11, start + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + length);
  oscillator.connect(gain).connect(at.destination);
  oscillator.start(start);
  oscillator.stop(start + length);
}

export function chime(): void {
  if (context?.state !== "running") return;
  const now = context.currentTime;
  tone(context, 659.25, now, 0.28);
  tone(context, 987.77, now + 0.09, 0.42);
}
