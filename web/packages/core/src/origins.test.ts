import { describe, expect, it } from "vitest";
import cases from "../../../../tests/vectors/origin_cases.json";
import vectors from "../../../../tests/vectors/origin_vectors.json";
import { decide, normaliseOrigin, resolveTargetOrigin } from "./origins.ts";

describe("normaliseOrigin", () => {
  it.each([...vectors, ...cases.normalise])("$input", ({ input, output, error }) => {
    expect(normaliseOrigin(input)).toEqual({ origin: output, error });
    if (output !== null) {
      expect(new URL(output).origin).toBe(output);
      expect(normaliseOrigin(output).origin).toBe(output);
    }
  });
});

describe("decide", () => {
  it.each(cases.decide)("$domains $origin → $decision", ({ domains, origin, decision }) => {
    expect(decide(domains, origin)).toBe(decision);
  });

  it("denies an origin that is not there", () => {
    expect(decide([], undefined)).toBe("deny");
    expect(decide(["https://example.com"], undefined)).toBe("deny");
  });
});

describe("resolveTargetOrigin", () => {
  it.each(cases.target)("$domains $parent → $target", ({ domains, parent, target }) => {
    expect(resolveTargetOrigin(domains, parent ?? undefined)).toBe(target);
  });
});
