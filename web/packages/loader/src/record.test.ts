import { describe, expect, it } from "vitest";
import { allowed } from "./record.ts";

describe("allowed domains in the loader", () => {
  it.each([
    [[], "https://a.example", true],
    [[], "http://localhost:3000", true],
    [[], "null", false],
    [["https://example.com"], "https://example.com", true],
    [["https://example.com"], "https://www.example.com", false],
    [["https://example.com"], "null", false],
    [["http://localhost:3000"], "http://localhost:3001", false],
  ] as [string[], string, boolean][])("%j %s → %s", (domains, page, expected) => {
    expect(allowed(domains, page)).toBe(expected);
  });
});
