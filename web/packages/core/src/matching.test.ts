import { describe, expect, it } from "vitest";
import vectors from "../../../../tests/vectors/matching_vectors.json";
import { decide, resolveTargetOrigin } from "./origins.ts";

/** The table that Python reads as well (tests/embed/test_matching.py). */
describe("one rule of matching on both sides", () => {
  it.each(vectors)("$domains $origin", ({ domains, origin, decision }) => {
    expect(decide(domains, origin)).toBe(decision);
  });

  it.each(vectors.filter(({ domains }) => domains.length > 0))("a frame in $origin with $domains", (row) => {
    const target = resolveTargetOrigin(row.domains, row.origin ?? undefined);
    expect(target).toBe(row.decision === "allow" ? row.origin : "null");
  });
});
