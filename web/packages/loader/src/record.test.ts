import { describe, expect, it } from "vitest";
import vectors from "../../../../tests/vectors/matching_vectors.json";
import { allowed } from "./record.ts";

/** What a page's origin can be as the loader sees it: a web origin as browsers write it, or "null". */
const pages = vectors.filter(({ origin }) => origin === "null" || /^https?:\/\//.test(origin ?? ""));

describe("allowed domains in the loader", () => {
  it.each(pages.filter(({ domains }) => domains[0] !== "null"))("$domains $origin", ({ domains, origin, decision }) => {
    expect(allowed(domains, `${origin}`)).toBe(decision === "allow");
  });
});
