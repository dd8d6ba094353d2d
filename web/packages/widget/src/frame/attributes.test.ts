import { codeOf } from "@halloo/core";
import { describe, expect, it } from "vitest";
import { isData, readAttributes } from "./attributes.ts";

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

describe("what a page says of its visitor", () => {
  const refusal = (attributes: Record<string, unknown>): string | null => {
    try {
      readAttributes(attributes);
      return null;
    } catch (error) {
      return codeOf(error);
    }
  };

  it.each([
    [{}, null],
    [
      { name: "Ada", email: "ada@example.com", phone: "+43 1 234", company: "Acme", locale: "de-AT", theme: "dark" },
      null,
    ],
    [{ name: null, email: "", data: { plan: "pro" } }, null],
    [{ nickname: "Ada" }, "field_unknown"],
    [{ constructor: "Ada" }, "field_unknown"],
    [JSON.parse('{"__proto__": "Ada"}') as Record<string, unknown>, "field_unknown"],
    [{ name: 7 }, "field_invalid"],
    [{ name: "x".repeat(129) }, "field_invalid"],
    [{ email: "nobody" }, "field_invalid"],
    [{ phone: "soon" }, "field_invalid"],
    [{ locale: "<b>" }, "field_invalid"],
    [{ theme: "pink" }, "field_invalid"],
    [{ data: { plan: null } }, "field_invalid"],
  ])("%j: %s", (attributes, code) => {
    expect(refusal(attributes)).toBe(code);
  });
});
