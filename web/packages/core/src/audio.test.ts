import { describe, expect, it } from "vitest";
import { barsOf, clock, containerOf, loudness, nextSpeed, recordingName, waveformOf } from "./audio.ts";

const tone = (amplitude: number): number[] =>
  Array.from({ length: 512 }, (_, at) => amplitude * Math.sin((2 * Math.PI * at) / 64));

describe("recordings", () => {
  it("asks for what the browser records, best first, and names files by it", () => {
    expect(containerOf(() => true)).toEqual({ wish: "audio/webm;codecs=opus", type: "audio/webm", ending: "webm" });
    expect(containerOf((type) => type.startsWith("audio/ogg"))).toEqual({
      wish: "audio/ogg;codecs=opus",
      type: "audio/ogg",
      ending: "ogg",
    });
    expect(containerOf((type) => type === "audio/mp4")).toEqual({
      wish: "audio/mp4",
      type: "audio/mp4",
      ending: "m4a",
    });
    expect(containerOf(() => false)).toBeNull();
    expect(recordingName(new Date(2026, 0, 9, 7, 5), "m4a")).toBe("voice-2026-01-09-0705.m4a");
  });

  it("hears silence as nothing, a voice as much, and nothing as more than all", () => {
    expect(loudness([])).toBe(0);
    expect(loudness(new Float32Array(512))).toBe(0);
    expect(loudness(tone(0.001))).toBe(0);
    const [quiet, loud] = [loudness(tone(0.03)), loudness(tone(0.3))];
    expect(quiet).toBeGreaterThan(0.2);
    expect(loud).toBeGreaterThan(quiet + 0.3);
    expect(loudness(tone(1))).toBe(1);
  });

  it("draws a waveform that the server takes: at most 64 whole numbers from 0 to 100, the loudest of each stretch", () => {
    expect(waveformOf([])).toEqual([]);
    expect(waveformOf([0, 0.5, 1.7])).toEqual([0, 50, 100]);
    const levels = Array.from({ length: 6000 }, (_, at) => (at === 4321 ? 1 : 0.1));
    const wave = waveformOf(levels);
    expect(wave).toHaveLength(64);
    expect(wave.filter((bar) => bar === 100)).toHaveLength(1);
    expect(wave[Math.floor((4321 * 64) / 6000)]).toBe(100);
    for (const count of [1, 63, 64, 65, 99, 1000]) {
      const bars = waveformOf(Array.from({ length: count }, Math.random));
      expect(bars).toHaveLength(Math.min(64, count));
      expect(bars.every((bar) => Number.isInteger(bar) && bar >= 0 && bar <= 100)).toBe(true);
    }
  });

  it("fits any waveform into the room that there is", () => {
    expect(barsOf([], 3)).toEqual([8, 8, 8]);
    expect(barsOf([0, 100], 4)).toEqual([8, 8, 100, 100]);
    expect(barsOf([10, 90, 20, 30], 2)).toEqual([90, 30]);
    expect(barsOf([-5, 1e9], 2)).toEqual([8, 100]);
  });

  it("writes times as clocks do", () => {
    expect([0, 7.9, 59.99, 60, 750, 3600].map(clock)).toEqual(["0:00", "0:07", "0:59", "1:00", "12:30", "60:00"]);
    expect([Number.NaN, Number.POSITIVE_INFINITY, -3].map(clock)).toEqual(["0:00", "0:00", "0:00"]);
  });

  it("goes round the speeds", () => {
    expect([1, 1.5, 2, 7].map(nextSpeed)).toEqual([1.5, 2, 1, 1]);
  });
});
