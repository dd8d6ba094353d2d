// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { record, TroubleError } from "./take.ts";

/** What is open and would go on by itself. */
let open: Set<string>;
let starts: boolean;

class Track extends EventTarget {
  stop(): void {
    open.delete("microphone");
  }
}

class Recorder extends EventTarget {
  static isTypeSupported = (): boolean => true;
  state = "inactive";
  mimeType = "audio/webm;codecs=opus";
  start(): void {
    if (!starts) throw new DOMException("no", "NotSupportedError");
    this.state = "recording";
  }
  stop(): void {
    this.state = "inactive";
    this.dispatchEvent(Object.assign(new Event("dataavailable"), { data: new Blob(["sound"]) }));
    this.dispatchEvent(new Event("stop"));
  }
}

class Context {
  constructor() {
    open.add("sound");
  }
  createAnalyser = () => ({ fftSize: 0, getFloatTimeDomainData: (): void => {} });
  createMediaStreamSource = () => ({ connect: (): void => {} });
  resume = async (): Promise<void> => {};
  close = async (): Promise<void> => void open.delete("sound");
}

const track = new Track();
const stream = { getTracks: () => [track] };

beforeEach(() => {
  open = new Set();
  starts = true;
  vi.useFakeTimers();
  vi.stubGlobal("MediaRecorder", Recorder);
  vi.stubGlobal("AudioContext", Context);
  vi.stubGlobal("navigator", {
    mediaDevices: {
      async getUserMedia() {
        open.add("microphone");
        return stream;
      },
    },
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a recording", () => {
  it("gives back whatever it took when it is finished", async () => {
    const take = await record(
      () => {},
      () => {},
    );
    expect([...open].sort()).toEqual(["microphone", "sound"]);
    await vi.advanceTimersByTimeAsync(2_000);
    const { file, more } = await take.finish();
    expect([file.type, more.duration]).toEqual(["audio/webm", 2]);
    expect([...open, vi.getTimerCount()]).toEqual([0]);
  });

  it("gives it back where it cannot begin, and nothing of it goes on", async () => {
    starts = false;
    let ticks = 0;
    const begun = record(
      () => {
        ticks += 1;
      },
      () => {},
    );
    await expect(begun).rejects.toBeInstanceOf(TroubleError);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([...open, ticks, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
