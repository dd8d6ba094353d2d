import { describe, expect, it } from "vitest";
import type { IdentityKeyView } from "../../data/types.ts";
import { type Alg, ableAlgs, pemTrouble } from "./keys.ts";

const key = (alg: Alg): IdentityKeyView => ({
  kid: alg,
  alg,
  weak: alg.startsWith("HMAC"),
  created_at: "2026-11-28T09:00:00Z",
  last_used_at: null,
});

describe("identity keys", () => {
  it("are two strong ones at most, and one hash of each kind", () => {
    expect(ableAlgs([])).toEqual(["HS256", "EdDSA", "HMAC-email", "HMAC-user-id"]);
    expect(ableAlgs([key("HS256"), key("EdDSA"), key("HMAC-email")])).toEqual(["HMAC-user-id"]);
    expect(ableAlgs([key("HS256"), key("HMAC-email")])).toEqual(["HS256", "EdDSA", "HMAC-user-id"]);
  });

  it("are public where they are pasted", () => {
    const pem = (kind: string) => `-----BEGIN ${kind}-----\nMCowBQYDK2VwAyEA\n-----END ${kind}-----\n`;
    expect(pemTrouble(pem("PUBLIC KEY"))).toBeNull();
    expect(pemTrouble(pem("PRIVATE KEY"))).toBe("pem_private");
    expect(pemTrouble("ssh-ed25519 AAAA")).toBe("pem_bad");
  });
});
