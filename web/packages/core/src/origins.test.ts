import { describe, expect, it } from "vitest";
import vectors from "../../../../tests/vectors/origin_vectors.json";
import { decide, normaliseOrigin, resolveTargetOrigin } from "./origins.ts";

const idn = (host: string): string => new URL(`https://${host}`).hostname;

describe("normaliseOrigin", () => {
  it.each(vectors)("$input", ({ input, output, error }) => {
    expect(normaliseOrigin(input, idn)).toEqual({ origin: output, error });
    if (output !== null) {
      expect(new URL(output).origin).toBe(output);
      expect(normaliseOrigin(output, idn).origin).toBe(output);
    }
  });
});

describe("decide", () => {
  it.each([
    [[], "https://a.example", "allow"],
    [[], "http://localhost:3000", "allow"],
    [[], "null", "deny"],
    [[], "file://", "deny"],
    [[], "", "deny"],
    [["https://example.com"], "https://example.com", "allow"],
    [["https://example.com"], "https://www.example.com", "deny"],
    [["https://example.com"], "http://example.com", "deny"],
    [["https://example.com"], "https://example.com.evil.com", "deny"],
    [["https://example.com"], "https://EXAMPLE.com", "deny"],
    [["https://example.com"], "null", "deny"],
    [["null"], "null", "deny"],
    [["https://example.com"], undefined, "deny"],
    [["http://localhost:3000"], "http://localhost:3001", "deny"],
  ] as [string[], string | undefined, string][])("%j %s → %s", (domains, origin, expected) => {
    expect(decide(domains, origin)).toBe(expected);
  });
});

describe("resolveTargetOrigin", () => {
  it("follows the table", () => {
    expect(resolveTargetOrigin(["https://a.com"], "https://b.com")).toBe("null");
    expect(resolveTargetOrigin(["https://a.com"], undefined)).toBe("null");
    expect(resolveTargetOrigin(["https://a.com"], "https://a.com")).toBe("https://a.com");
    expect(resolveTargetOrigin([], undefined)).toBe("*");
    expect(resolveTargetOrigin([], "https://b.com")).toBe("https://b.com");
  });
});
