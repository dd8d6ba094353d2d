import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { type Challenge, type Solution, solve } from "./solve.ts";

const path = resolve(import.meta.dirname, "../../../../../tests/vectors/bot_check.json");
const vectors = JSON.parse(readFileSync(path, "utf8")) as { challenge: Challenge; solution: Solution }[];

describe("solving", () => {
  it("finds what the protocol's own library finds", () => {
    expect(vectors.length).toBeGreaterThan(2);
    for (const { challenge, solution } of vectors) expect(solve(challenge)).toEqual(solution);
  });

  it("leaves alone what is no challenge of ours", () => {
    const [{ challenge }] = vectors as [(typeof vectors)[number]];
    const with_ = (fields: Partial<Challenge["parameters"]>): Challenge => ({
      ...challenge,
      parameters: { ...challenge.parameters, ...fields },
    });
    expect(solve(with_({ algorithm: "SHA-512" }))).toBeNull();
    expect(solve(with_({ keyPrefix: "00" }))).toBeNull();
    expect(solve(with_({ salt: "00".repeat(60) }))).toBeNull();
    expect(solve(with_({ keyPrefix: "f".repeat(64), cost: 1 }))).toBeNull();
  });
});
