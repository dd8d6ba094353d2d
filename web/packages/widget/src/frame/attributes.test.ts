import { describe, expect, it } from "vitest";
import { isData } from "./attributes.ts";

describe("custom data", () => {
  it("takes short texts, numbers and booleans", () => {
    expect(isData({ plan: "pro", seats: 4, trial: false })).toBe(true);
    expect(isData({})).toBe(true);
  });

  it.each([
    null,
    undefined,
    "plan",
    ["pro"],
    { plan: { name: "pro" } },
    { plan: null },
    { plan: Number.NaN },
    { "Plan name": "pro" },
    { plan: "x".repeat(501) },
    Object.fromEntries(Array.from({ length: 21 }, (_, number) => [`key_${number}`, number])),
  ])("refuses %j", (data) => {
    expect(isData(data)).toBe(false);
  });
});
