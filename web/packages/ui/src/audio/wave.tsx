/** A waveform as one drawing, and the same as a slider for the place in it. */
import { clock } from "@halloo/core/audio.ts";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { AudioT } from "./types.ts";

const STEP_S = 5;
const KEYS: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowDown: -1, PageUp: 2, PageDown: -2 };

/** One upright stroke a bar. */
const strokes = (bars: readonly number[]): string =>
  bars.map((bar, at) => `M${at + 0.5} ${50 - bar * 0.46}V${50 + bar * 0.46}`).join("");

/** Bars of 0 to 100, stretched over the place that there is. */
export function Wave({ bars, class: extra }: { bars: readonly number[]; class: string }) {
  return (
    <svg viewBox={`0 0 ${bars.length} 100`} preserveAspectRatio="none" class={extra} aria-hidden="true">
      <path d={strokes(bars)} vector-effect="non-scaling-stroke" />
    </svg>
  );
}

interface SliderProps {
  readonly t: AudioT;
  readonly bars: readonly number[];
  readonly at: number;
  readonly whole: number;
  readonly onSeek: (to: number) => void;
}

/** Where one is in the sound; drag it, or use the arrow keys. */
export function WaveSlider({ t, bars, at, whole, onSeek }: SliderProps) {
  const box = useRef<HTMLDivElement>(null);
  const part = whole > 0 ? Math.min(1, at / whole) : 0;
  useLayoutEffect(() => box.current?.style.setProperty("--played", `${part}`), [part]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const forward = getComputedStyle(event.currentTarget as Element).direction === "rtl" ? -1 : 1;
    const steps = KEYS[event.key] ?? ({ ArrowRight: forward, ArrowLeft: -forward }[event.key] as number | undefined);
    if (steps === undefined) return;
    event.preventDefault();
    onSeek(Math.min(whole, Math.max(0, at + steps * Math.min(STEP_S, whole / 10))));
  };
  return (
    <div ref={box} class="ui-wave">
      <Wave bars={bars} class="ui-wave-all" />
      <Wave bars={bars} class="ui-wave-played" />
      <input
        type="range"
        min={0}
        max={Math.max(whole, 0.01)}
        step={0.01}
        value={at}
        disabled={whole <= 0}
        aria-label={t("audio_position")}
        aria-valuetext={t("audio_time", { time: clock(at), total: clock(whole) })}
        onInput={(event) => onSeek(event.currentTarget.valueAsNumber)}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}
