/** Recorder and player, fetched when they are first drawn; until then their place is kept. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { mayAsk } from "./may-ask.ts";
import type { AudioPlayerProps, RecorderProps } from "./types.ts";

export { AUDIO_WORDS, type AudioPlayerProps, type AudioT, type AudioWord, type RecorderProps } from "./types.ts";

/** A component whose code comes when it is drawn. Where it cannot be fetched, the next one that is drawn tries again. */
function later<Props extends object>(load: () => Promise<ComponentType<Props>>, place: string) {
  let here: ComponentType<Props> | null = null;
  return function Later(props: Props) {
    const [Real, setReal] = useState<ComponentType<Props> | null>(() => here);
    useEffect(() => {
      if (here) return;
      let gone = false;
      load().then(
        (found) => {
          here = found;
          if (!gone) setReal(() => found);
        },
        () => {},
      );
      return () => {
        gone = true;
      };
    }, []);
    return Real ? <Real {...props} /> : <div class={place} aria-busy="true" />;
  };
}

/** Records a voice message; `RecorderProps`. */
export const Recorder = later<RecorderProps>(
  () => import("./recorder.tsx").then((part) => part.Recorder),
  "ui-recorder",
);

/** Plays one; `AudioPlayerProps`. */
export const AudioPlayer = later<AudioPlayerProps>(
  () => import("./player.tsx").then((part) => part.AudioPlayer),
  "ui-player",
);

/** Whether this browser records, and the page around lets it: the button is drawn where it is. */
export const canRecord = (): boolean =>
  typeof MediaRecorder !== "undefined" && navigator.mediaDevices?.getUserMedia !== undefined && mayAsk();
