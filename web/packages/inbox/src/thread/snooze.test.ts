import { describe, expect, it } from "vitest";
import { snoozePresets } from "./snooze.ts";

const presets = (now: Date) => Object.fromEntries(snoozePresets(now).map(({ id, until }) => [id, until]));

describe("snoozing", () => {
  it("offers moments in the future only, in the morning and late", () => {
    for (const hour of [0, 9, 14, 17, 23]) {
      const now = new Date(2026, 10, 21, hour, 40);
      for (const { until } of snoozePresets(now)) expect(until.getTime()).toBeGreaterThan(now.getTime());
    }
  });

  it("knows the next Monday, and leaves it out where it is tomorrow", () => {
    expect(presets(new Date(2026, 10, 21, 10))["monday"]).toEqual(new Date(2026, 10, 23, 9));
    expect(presets(new Date(2026, 10, 22, 10))["monday"]).toBeUndefined();
    expect(presets(new Date(2026, 10, 23, 10))["monday"]).toEqual(new Date(2026, 10, 30, 9));
  });

  it("has no evening in the afternoon", () => {
    expect(presets(new Date(2026, 10, 21, 16))["evening"]).toBeUndefined();
    expect(presets(new Date(2026, 10, 21, 10))["evening"]).toEqual(new Date(2026, 10, 21, 18));
  });
});
