/** A playback as state: playing or not, where it is, and that it cannot be played. */
import { useEffect, useRef, useState } from "preact/hooks";
import { leaveTheFloor, type Playback, takeTheFloor } from "./playback.ts";

export interface Played {
  readonly state: "still" | "loading" | "playing" | "broken";
  readonly at: number;
  readonly whole: number;
  toggle(): void;
  seek(to: number): void;
}

/** `make` is called when it is first played; `said`: how long it is as far as somebody said so; `speed`: 1, 1.5 or 2. */
export function usePlayback(make: () => Playback, said: number, speed: number): Played {
  const [state, setState] = useState<Played["state"]>("still");
  const [at, setAt] = useState(0);
  const [found, setFound] = useState(0);
  const held = useRef<Playback | null>(null);
  const me = useRef({ halt: () => {} });

  const stop = (): void => {
    held.current?.pause();
    setState("still");
    leaveTheFloor(me.current);
  };
  me.current.halt = stop;

  useEffect(() => {
    const floor = me.current;
    return () => {
      leaveTheFloor(floor);
      held.current?.close();
      held.current = null;
    };
  }, []);

  useEffect(() => held.current?.setSpeed(speed), [speed]);

  // While it plays, the place follows it picture by picture.
  useEffect(() => {
    if (state !== "playing") return;
    let next = 0;
    const look = (): void => {
      setAt(held.current?.position() ?? 0);
      next = requestAnimationFrame(look);
    };
    look();
    return () => cancelAnimationFrame(next);
  }, [state]);

  const start = (from: number): void => {
    held.current ??= make();
    const playback = held.current;
    playback.onEnd = () => {
      stop();
      setAt(0);
    };
    playback.setSpeed(speed);
    takeTheFloor(me.current);
    setState("loading");
    playback.play(from).then(
      () => {
        if (held.current !== playback) return;
        setFound(playback.length());
        setState((now) => (now === "loading" ? "playing" : now));
      },
      () => {
        leaveTheFloor(me.current);
        if (held.current === playback) setState("broken");
      },
    );
  };

  const whole = found || said;
  return {
    state,
    at: Math.min(at, whole || at),
    whole,
    toggle: () => (state === "still" || state === "broken" ? start(at >= whole ? 0 : at) : stop()),
    seek(to) {
      setAt(to);
      if (state === "playing") start(to);
    },
  };
}
