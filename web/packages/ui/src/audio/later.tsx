/** Recorder and player, fetched when they are first drawn; until then their place is kept. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLatest } from "../dom.ts";
import { mayAsk } from "./may-ask.ts";
import type { AudioPlayerProps, RecorderProps } from "./types.ts";

export { forgetKept, hasKept, keptThreads, moveKept, onKeep } from "./kept.ts";
export { mayAsk } from "./may-ask.ts";
export { AUDIO_WORDS, type AudioPlayerProps, type AudioT, type AudioWord, type RecorderProps } from "./types.ts";

const AGAIN_MS = 3_000;

/** A component whose code comes when it is drawn. Where it cannot be fetched, `lost` is told, and it is tried again. */
function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  place: string,
  lost: (props: Props) => void,
) {
  let here: ComponentType<Props> | null = null;
  return function Later(props: Props) {
    const [Real, setReal] = useState<ComponentType<Props> | null>(() => here);
    const latest = useLatest(props);
    useEffect(() => {
      let gone = here !== null;
      let timer = 0;
      const fetch = (): void => {
        load().then(
          (found) => {
            here = found;
            if (!gone) setReal(() => found);
          },
          () => {
            if (gone) return;
            timer = window.setTimeout(fetch, AGAIN_MS);
            lost(latest.current);
          },
        );
      };
      if (!gone) fetch();
      return () => {
        gone = true;
        clearTimeout(timer);
      };
    }, [latest]);
    return Real ? <Real {...props} /> : <div class={place} aria-busy="true" />;
  };
}

/** Records a voice message; `RecorderProps`. */
export const Recorder = later<RecorderProps>(
  () => import("./recorder.tsx").then((part) => part.Recorder),
  "ui-recorder",
  // Nothing can be recorded without a line: one can write on.
  ({ onCancel }) => onCancel(),
);

/** Plays one; `AudioPlayerProps`. */
export const AudioPlayer = later<AudioPlayerProps>(
  () => import("./player.tsx").then((part) => part.AudioPlayer),
  "ui-player",
  () => {},
);

/** Whether this browser records, and the page around lets it: the button is drawn where it is. */
export const canRecord = (): boolean =>
  typeof MediaRecorder !== "undefined" && navigator.mediaDevices?.getUserMedia !== undefined && mayAsk();
