import { expect, it } from "vitest";
import { hookOf } from "./testing.ts";
import { isTroubled } from "./trouble.ts";

const NOW = Date.parse("2026-11-28T12:00:00Z");

it("tells of hooks that Halloo switched off, and of a day of failures, but of no single one and of none that people switched off", () => {
  const troubled = (fields: Parameters<typeof hookOf>[0]) => isTroubled(hookOf(fields), NOW);
  expect(troubled({})).toBe(false);
  expect(troubled({ state: "failing", failing_since: "2026-11-28T09:00:00Z" })).toBe(false);
  expect(troubled({ state: "failing", failing_since: "2026-11-27T12:00:00Z" })).toBe(true);
  expect(troubled({ state: "open", failing_since: "2026-11-26T12:00:00Z" })).toBe(true);
  expect(troubled({ enabled: false, state: "disabled", disabled_reason: "gone" })).toBe(true);
  expect(troubled({ enabled: false, state: "disabled", disabled_reason: "failing" })).toBe(true);
  expect(troubled({ enabled: false, state: "disabled", disabled_reason: "operator" })).toBe(false);
});
