// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Playback, playAddress } from "./playback.ts";

const LONG = 2.5;

/** What engines make of a recording that has neither a length nor an index. */
interface Engine {
  /** It can go to a place in it. */
  readonly seeks: boolean;
  /** It says `ended` of what stands still, too. */
  readonly endsStill: boolean;
}
const CHROMIUM: Engine = { seeks: true, endsStill: false };
const FIREFOX: Engine = { seeks: false, endsStill: false };
const WEBKIT: Engine = { seeks: true, endsStill: true };

let engine: Engine;
let sound: Sound;

class Sound extends EventTarget {
  preload = "";
  src = "";
  playbackRate = 1;
  duration = Number.POSITIVE_INFINITY;
  seeking = false;
  paused = true;
  ended = false;
  loads = 0;
  #at = 0;
  constructor() {
    super();
    sound = this;
  }
  get currentTime(): number {
    return this.#at;
  }
  set currentTime(to: number) {
    if (!engine.seeks) return;
    this.seeking = true;
    setTimeout(() => {
      this.#at = Math.min(to, LONG);
      if (to > LONG) this.duration = LONG;
      this.seeking = false;
      this.ended = this.#at === LONG;
      this.dispatchEvent(new Event("seeked"));
      if (this.ended && engine.endsStill) this.dispatchEvent(new Event("ended"));
    });
  }
  load(): void {
    this.loads += 1;
    this.#at = 0;
    this.ended = false;
    setTimeout(() => this.dispatchEvent(new Event("loadedmetadata")));
  }
  async play(): Promise<void> {
    this.paused = false;
  }
  pause(): void {
    this.paused = true;
  }
  removeAttribute(): void {}
  /** Plays to its end. */
  end(): void {
    this.#at = LONG;
    this.duration = LONG;
    this.ended = true;
    this.paused = true;
    this.dispatchEvent(new Event("ended"));
  }
}

async function playing(playback: Playback, from: number): Promise<void> {
  let done = false;
  void playback.play(from).then(() => {
    done = true;
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect([done, sound.paused]).toEqual([true, false]);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("Audio", Sound);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe.each([
  ["Chromium", CHROMIUM, LONG],
  ["Firefox", FIREFOX, 0],
  ["WebKit", WEBKIT, LONG],
])("a recording without a length in %s", (_name, its, length) => {
  it("plays, ends once, and plays again from its beginning", async () => {
    engine = its;
    const playback = playAddress("https://files.example/voice.webm");
    let ends = 0;
    playback.onEnd = () => {
      ends += 1;
    };
    await playing(playback, 0);
    expect([playback.length(), playback.position(), ends]).toEqual([length, 0, 0]);
    sound.end();
    expect(ends).toBe(1);
    await playing(playback, 0);
    expect([playback.position(), ends, sound.loads]).toEqual([0, 1, its.seeks ? 1 : 2]);
  });
});
