import { describe, expect, it } from "vitest";
import { customRange, daysOf, filterQuery, fullDays, readFilter, USUAL, writeFilter } from "./range.ts";

const NOW = new Date(2026, 10, 28, 15);
const read = (query: string) => readFilter(new URLSearchParams(query));

describe("the days of a report", () => {
  it("are the last ones, today included", () => {
    expect(daysOf({ kind: "last", days: 7 }, NOW)).toEqual({ from: "2026-11-22", to: "2026-11-28" });
  });

  it("are told to the server as moments, the end exclusive", () => {
    const query = filterQuery({ ...USUAL, range: customRange("2026-11-02", "2026-11-01") }, NOW);
    expect(query["since"]).toBe(new Date(2026, 10, 1).toISOString());
    expect(query["until"]).toBe(new Date(2026, 10, 3).toISOString());
  });

  it("have one entry each, also without feedback", () => {
    const days = fullDays([{ day: "2026-02-28", count: 2, average: 4 }], "2026-02-27", "2026-03-01");
    expect(days.map((day) => day.count)).toEqual([0, 2, 0]);
  });

  it("are at most a year", () => {
    expect(customRange("1999-01-01", "2026-11-28")).toMatchObject({ from: "2025-11-28", to: "2026-11-28" });
  });
});

describe("the address of a report", () => {
  it("is read as it was written", () => {
    for (const filter of [
      USUAL,
      { ...USUAL, range: { kind: "last", days: 90 }, operator: "o1" },
      { ...USUAL, range: { kind: "custom", from: "2026-11-01", to: "2026-11-09" }, widget: "w1" },
    ] as const)
      expect(read(writeFilter(filter))).toEqual(filter);
  });

  it("falls back where it says nothing sensible", () => {
    expect(read("?days=8&from=2026-02-31&to=x")).toEqual(USUAL);
  });
});
