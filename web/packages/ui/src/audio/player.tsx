/** Plays a voice message: waveform, place in it, and how fast. Another one that plays stops. */
import { nextSpeed } from "@halloo/core/audio.ts";
import { useState } from "preact/hooks";
import { useLatest } from "../dom.ts";
import "../styles/audio.css";
import { Bar } from "./bar.tsx";
import { playAddress } from "./playback.ts";
import type { AudioPlayerProps } from "./types.ts";
import { usePlayback } from "./use-playback.ts";

/** Who listens faster listens so to the next one, too. */
let usual = 1;

export function AudioPlayer({ t, url, duration = 0, waveform = [], renew }: AudioPlayerProps) {
  const [speed, setSpeed] = useState(usual);
  const fresh = useLatest(renew);
  const renewed = (): Promise<string> => fresh.current?.() ?? Promise.reject(new Error("unplayable"));
  const played = usePlayback(() => playAddress(url, renewed), duration, speed);
  const label = t("audio_speed", { rate: speed });
  return (
    // What was written finds its own direction; a player has that of the page around.
    <div class="ui-player" dir={document.documentElement.dir === "rtl" ? "rtl" : "ltr"}>
      <Bar t={t} played={played} waveform={waveform}>
        <button
          type="button"
          class="ui-speed"
          aria-label={label}
          title={label}
          onClick={() => {
            usual = nextSpeed(speed);
            setSpeed(usual);
          }}
        >
          <bdi>{speed}×</bdi>
        </button>
      </Bar>
      {played.state === "broken" && (
        <p class="ui-sound-note" role="alert">
          {t("audio_unplayable")}{" "}
          <a href={url} target="_blank" rel="noopener noreferrer" download="">
            {t("audio_download")}
          </a>
        </p>
      )}
    </div>
  );
}
