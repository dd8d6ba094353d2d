/** What plays: button, waveform, time. The player and the recorder's last look share it. */
import { barsOf, clock } from "@halloo/core/audio.ts";
import { Pause, Play } from "lucide-preact";
import type { ComponentChildren } from "preact";
import type { AudioT } from "./types.ts";
import type { Played } from "./use-playback.ts";
import { WaveSlider } from "./wave.tsx";

/** Bars in a message, and in the width of a composer. */
const NARROW = 34;
const WIDE = 48;

interface BarProps {
  readonly t: AudioT;
  readonly played: Played;
  readonly waveform: readonly number[];
  /** It has the width of a composer, and is the first thing to press there. */
  readonly main?: boolean;
  readonly children?: ComponentChildren;
}

export function Bar({ t, played, waveform, main, children }: BarProps) {
  const { state, at, whole } = played;
  const going = state === "playing" || state === "loading";
  const label = t(going ? "audio_pause" : "audio_play");
  return (
    <div class="ui-bar">
      <button
        type="button"
        class="ui-sound-button ui-sound-play"
        data-main={main}
        aria-label={label}
        title={label}
        aria-busy={state === "loading" ? "true" : undefined}
        onClick={played.toggle}
      >
        {going ? <Pause size={18} strokeWidth={2} /> : <Play size={18} strokeWidth={2} />}
      </button>
      <WaveSlider t={t} bars={barsOf(waveform, main ? WIDE : NARROW)} at={at} whole={whole} onSeek={played.seek} />
      <span class="ui-sound-time" aria-hidden="true">
        {clock(at > 0 || going ? at : Math.round(whole))}
      </span>
      {children}
    </div>
  );
}
