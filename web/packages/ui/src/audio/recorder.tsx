/** Records a voice message: asks for the microphone, shows level and time, lets it be heard before it goes. */
import { clock, LONGEST_S, type Recording } from "@halloo/core/audio.ts";
import { ArrowUp, Check, Mic, MicOff, Pause, Trash2, X } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useLatest } from "../dom.ts";
import "../styles/audio.css";
import { Bar } from "./bar.tsx";
import { hasKept, keep, type Made, takeKept } from "./kept.ts";
import { playRecording, takeTheFloor } from "./playback.ts";
import { record, type Take, type Trouble, TroubleError } from "./take.ts";
import type { AudioT, AudioWord, RecorderProps } from "./types.ts";
import { usePlayback } from "./use-playback.ts";
import { Wave } from "./wave.tsx";

type Step =
  | { readonly kind: "asking" | "kept" }
  | { readonly kind: "recording" | "paused"; readonly take: Take }
  | { readonly kind: "ready"; readonly file: File; readonly more: Recording; readonly full: boolean }
  | { readonly kind: "trouble"; readonly trouble: Trouble };

const WHY: Readonly<Record<Trouble, AudioWord>> = {
  refused: "audio_refused",
  policy: "audio_policy",
  missing: "audio_missing",
  busy: "audio_busy",
  empty: "audio_empty",
  failed: "audio_failed",
};
const SAID = {
  asking: "audio_asking",
  recording: "audio_recording",
  paused: "audio_paused",
  ready: "audio_ready",
  kept: "audio_ready",
} as const satisfies Partial<Record<Step["kind"], AudioWord>>;
/** From here on the time that is left is shown. */
const LAST_S = 30;
const BARS_LIVE = 44;
const QUIET = 4;

/** The recording as it goes on: what may be done with it, and what came of it. Whoever goes away without an end finds it here again. */
function useTake({ thread, onDone, onCancel, onKept }: RecorderProps) {
  const [step, setStep] = useState<Step>({ kind: hasKept(thread) ? "kept" : "asking" });
  const [, setTick] = useState(0);
  const held = useRef<Take | null>(null);
  const made = useRef<Promise<Made> | null>(null);
  const gone = useRef(false);
  const ended = useRef(false);
  const around = useLatest({ thread, onDone, onCancel, onKept });
  const fail = (error: unknown): void => {
    made.current = null;
    if (!gone.current) setStep({ kind: "trouble", trouble: error instanceof TroubleError ? error.trouble : "failed" });
  };
  const done = (file: File, more: Recording): void => {
    ended.current = true;
    around.current.onDone(file, more);
  };
  const cancel = (): void => {
    ended.current = true;
    around.current.onCancel();
  };
  const finish = async (take: Take, how: "listen" | "send" | "full"): Promise<void> => {
    if (held.current !== take) return;
    held.current = null;
    made.current = take.finish();
    // Who has sent it may go; who has not finds it again.
    if (how === "send") ended.current = true;
    try {
      const { file, more } = await made.current;
      if (how === "send") done(file, more);
      else if (!gone.current)
        setStep({ kind: "ready", file, more, full: how === "full" && more.duration >= LONGEST_S });
    } catch (error) {
      ended.current = false;
      fail(error);
    }
  };
  const begin = async (): Promise<void> => {
    setStep({ kind: "asking" });
    // What plays would be recorded, too.
    takeTheFloor({ halt: () => {} });
    try {
      const take: Take = await record(
        () => setTick((now) => now + 1),
        () => void finish(take, "full"),
      );
      if (gone.current) return take.discard();
      held.current = take;
      setStep({ kind: "recording", take });
    } catch (error) {
      fail(error);
    }
  };
  const takeUp = async (kept: Promise<Made>): Promise<void> => {
    made.current = kept;
    try {
      const { file, more } = await kept;
      if (!gone.current) setStep({ kind: "ready", file, more, full: false });
    } catch {
      // It was a slip of the finger.
      if (!gone.current) cancel();
    }
  };
  const first = useRef((): void => {
    const kept = takeKept(thread);
    void (kept ? takeUp(kept) : begin());
  });
  useEffect(() => {
    gone.current = false;
    first.current();
    const stay = (event: BeforeUnloadEvent): void => {
      if (!ended.current && (held.current || made.current)) event.preventDefault();
    };
    addEventListener("beforeunload", stay);
    return () => {
      removeEventListener("beforeunload", stay);
      gone.current = true;
      const left = ended.current ? null : (made.current ?? held.current?.finish());
      if (left) {
        keep(around.current.thread, left);
        around.current.onKept?.();
      } else held.current?.discard();
    };
  }, [around]);
  const hold = (take: Take): void => {
    take.pause();
    setStep({ kind: "paused", take });
  };
  const goOn = (take: Take): void => {
    take.resume();
    setStep({ kind: "recording", take });
  };
  return { step, begin, finish, hold, goOn, done, cancel };
}

interface ToolProps {
  readonly label: string;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
  readonly kind?: "send" | "plain";
  readonly main?: boolean;
}

function Tool({ label, onClick, children, kind = "plain", main }: ToolProps) {
  return (
    <button
      type="button"
      class={kind === "send" ? "ui-sound-button ui-sound-send" : "ui-sound-button"}
      aria-label={label}
      title={label}
      data-main={main}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

/** The last levels, newest at the end. */
function lastBars(levels: readonly number[]): number[] {
  const last = levels.slice(-BARS_LIVE).map((level) => Math.max(QUIET, level * 100));
  return [...Array.from({ length: BARS_LIVE - last.length }, () => QUIET), ...last];
}

function Live({ t, take, paused }: { t: AudioT; take: Take; paused: boolean }) {
  const seconds = take.seconds();
  const left = Math.ceil(LONGEST_S - seconds);
  return (
    <div class="ui-live" data-paused={paused}>
      <i class="ui-live-dot" aria-hidden="true" />
      <span class="ui-sound-time" role="timer" aria-live="off">
        {clock(seconds)}
      </span>
      {left <= LAST_S ? (
        <span class="ui-live-left">{t("audio_left", { time: clock(left) })}</span>
      ) : (
        <Wave bars={lastBars(take.levels)} class="ui-live-wave" />
      )}
    </div>
  );
}

function Ready({ t, file, more }: { t: AudioT; file: File; more: Recording }) {
  const played = usePlayback(() => playRecording(file), more.duration, 1);
  return played.state === "broken" ? (
    <p class="ui-sound-said">{t("audio_unplayable")}</p>
  ) : (
    <Bar t={t} played={played} waveform={more.waveform} main />
  );
}

export function Recorder(props: RecorderProps) {
  const { t } = props;
  const { step, begin, finish, hold, goOn, done, cancel } = useTake(props);
  const box = useRef<HTMLFieldSetElement>(null);
  // The button that was pressed has gone: the focus goes on to what one most likely does next.
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each step the buttons are others
  useLayoutEffect(() => {
    const at = document.activeElement;
    if (at === null || at === document.body || box.current?.contains(at)) {
      box.current?.querySelector<HTMLElement>('[data-main="true"]')?.focus({ preventScroll: true });
    }
  }, [step.kind]);
  if (step.kind === "trouble") {
    return (
      <fieldset ref={box} class="ui-recorder ui-recorder-trouble" aria-label={t("audio_record")}>
        <MicOff size={20} strokeWidth={1.75} />
        <p class="ui-sound-said" role="alert">
          {t(WHY[step.trouble])}
        </p>
        {step.trouble !== "policy" && (
          <button type="button" class="ui-sound-again" data-main onClick={() => void begin()}>
            {t("audio_retry")}
          </button>
        )}
        <Tool label={t("audio_cancel")} onClick={cancel} main={step.trouble === "policy"}>
          <X size={20} strokeWidth={1.75} />
        </Tool>
      </fieldset>
    );
  }
  const full = step.kind === "ready" && step.full;
  return (
    <fieldset ref={box} class="ui-recorder" aria-label={t("audio_record")}>
      <span class="ui-sound-hidden" role="status">
        {t(full ? "audio_longest" : SAID[step.kind])}
      </span>
      <Tool
        label={t(step.kind === "asking" ? "audio_cancel" : "audio_discard")}
        onClick={cancel}
        main={step.kind === "asking"}
      >
        {step.kind === "asking" ? <X size={20} strokeWidth={1.75} /> : <Trash2 size={20} strokeWidth={1.75} />}
      </Tool>
      {step.kind === "asking" && (
        <p class="ui-sound-said">
          <Mic size={18} strokeWidth={1.75} />
          {t("audio_asking")}
        </p>
      )}
      {(step.kind === "recording" || step.kind === "paused") && (
        <>
          <Live t={t} take={step.take} paused={step.kind === "paused"} />
          {step.kind === "recording" ? (
            <Tool label={t("audio_pause")} onClick={() => hold(step.take)}>
              <Pause size={20} strokeWidth={1.75} />
            </Tool>
          ) : (
            <Tool label={t("audio_resume")} onClick={() => goOn(step.take)}>
              <Mic size={20} strokeWidth={1.75} />
            </Tool>
          )}
          <Tool label={t("audio_finish")} onClick={() => void finish(step.take, "listen")} main>
            <Check size={20} strokeWidth={1.75} />
          </Tool>
          <Tool label={t("audio_send")} kind="send" onClick={() => void finish(step.take, "send")}>
            <ArrowUp size={20} strokeWidth={2.25} />
          </Tool>
        </>
      )}
      {step.kind === "ready" && (
        <>
          <Ready t={t} file={step.file} more={step.more} />
          <Tool label={t("audio_send")} kind="send" onClick={() => done(step.file, step.more)}>
            <ArrowUp size={20} strokeWidth={2.25} />
          </Tool>
        </>
      )}
    </fieldset>
  );
}
