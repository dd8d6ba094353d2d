/// <reference types="node" />
import { createHmac, generateKeyPairSync, verify } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { IdentityKeyView } from "../../data/types.ts";
import { type Alg, ableAlgs, pemTrouble } from "./keys.ts";
import { SERVER_LANGUAGES, sampleOf } from "./samples.ts";

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

  it.each(SERVER_LANGUAGES)("are used in %s with widget, key id and algorithm filled in", (language) => {
    for (const alg of ["HS256", "EdDSA"] as const) {
      const code = sampleOf(language, { widget: "w-1", kid: "k-1", alg });
      for (const part of ["w-1", "k-1", alg]) expect(code).toContain(part);
    }
  });
});

/** Runs the code that the dialog shows for Node, and gives what it signed, parted. */
async function signedByNode(alg: "HS256" | "EdDSA") {
  const code = sampleOf("node", { widget: "w-1", kid: "k-1", alg });
  const { chatToken } = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`);
  const [head = "", claims = "", proof = ""] = chatToken({ id: 1042, name: "Ada", email: "ada@example.com" }).split(
    ".",
  );
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  return { head: read(head), claims: read(claims), signed: `${head}.${claims}`, proof };
}

describe("the code for Node", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("signs with the shared secret", async () => {
    const secret = Buffer.alloc(32, 7);
    vi.stubEnv("CHAT_SECRET", secret.toString("base64url"));
    const { head, claims, signed, proof } = await signedByNode("HS256");
    expect(proof).toBe(createHmac("sha256", secret).update(signed).digest("base64url"));
    expect(head).toEqual({ alg: "HS256", typ: "JWT", kid: "k-1" });
    expect(claims).toMatchObject({ aud: "w-1", sub: "1042", email: "ada@example.com" });
    expect(claims.exp - claims.iat).toBeLessThanOrEqual(3600);
  });

  it("signs with the private key", async () => {
    const pair = generateKeyPairSync("ed25519");
    vi.stubEnv("CHAT_PRIVATE_KEY", pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    const { signed, proof } = await signedByNode("EdDSA");
    expect(verify(null, Buffer.from(signed), pair.publicKey, Buffer.from(proof, "base64url"))).toBe(true);
  });
});
