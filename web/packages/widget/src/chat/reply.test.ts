import { describe, expect, it } from "vitest";
import { replyWords } from "./reply.tsx";
import { moment } from "./time.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("how long an answer takes, in words", () => {
  it.each([
    [1, "reply_minute", 1],
    [MINUTE, "reply_minute", 1],
    [MINUTE + 1, "reply_minutes", 2],
    [4 * MINUTE, "reply_minutes", 4],
    [10.5 * MINUTE, "reply_minutes", 15],
    [54 * MINUTE, "reply_minutes", 55],
    [56 * MINUTE, "reply_hours", 1],
    [61 * MINUTE, "reply_hours", 2],
    [22 * HOUR, "reply_hours", 22],
    [23 * HOUR, "reply_days", 1],
    [25 * HOUR, "reply_days", 2],
  ])("%d ms: %s %d", (ms, key, count) => {
    expect(replyWords(ms)).toEqual({ key, count });
  });

  it("never promises less than it takes", () => {
    const unit = { reply_minute: MINUTE, reply_minutes: MINUTE, reply_hours: HOUR, reply_days: 24 * HOUR };
    for (let ms = 1; ms < 5 * 24 * HOUR; ms += 77_777) {
      const { key, count } = replyWords(ms);
      expect(unit[key as keyof typeof unit] * count).toBeGreaterThanOrEqual(ms);
    }
  });
});

describe("a moment to come", () => {
  const now = new Date(2026, 10, 25, 18, 0).getTime();
  it.each([
    [new Date(2026, 10, 25, 21, 30), "21:30"],
    [new Date(2026, 10, 26, 10, 30), "morgen 10:30"],
    [new Date(2026, 10, 30, 10, 30), "Montag, 10:30"],
    [new Date(2026, 11, 24, 10, 30), "24. Dezember um 10:30"],
  ])("%o is %s", (at, expected) => {
    expect(moment("de", at.getTime(), now)).toBe(expected);
  });
});
