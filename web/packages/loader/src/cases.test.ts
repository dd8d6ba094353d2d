import { describe, expect, it } from "vitest";
import cases from "../../../../tests/vectors/origin_cases.json";
import { allowed } from "./record.ts";

/** The loader asks for its own page alone, whose origin a browser wrote; no entry is ever `null`. */
const written = (origin: string): boolean =>
  origin === "null" || (URL.canParse(origin) && new URL(origin).origin === origin);

describe("the loader's matcher", () => {
  const pages = cases.decide.flatMap(({ domains, origin, decision }) =>
    origin !== null && written(origin) && !domains.includes("null") ? [{ domains, origin, decision }] : [],
  );
  it.each(pages)("$domains $origin → $decision", ({ domains, origin, decision }) => {
    expect(allowed(domains, origin)).toBe(decision === "allow");
  });
});
