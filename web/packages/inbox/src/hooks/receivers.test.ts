/// <reference types="node" />
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { PLACEHOLDER, RECEIVERS, receiverCode } from "./receivers.ts";

const SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NEXT = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
const BODY = Buffer.from(
  '{"website_id":"w","event":"message:send","data":{"content":"Grüße ✓"},"timestamp":1506985696616}',
);
const ID = "msg_0192f0c5a4e87c3ab1d20f6e5a4b3c2d";

const sign = (secret: string, at: number): string =>
  `v1,${createHmac("sha256", Buffer.from(secret.slice(6), "base64"))
    .update(`${ID}.${at}.`)
    .update(BODY)
    .digest("base64")}`;

const now = (): number => Math.floor(Date.now() / 1000);

async function verifier(): Promise<(headers: Record<string, string>, body: Buffer) => unknown> {
  const code = receiverCode("node", SECRET);
  return (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)).verify;
}

const headers = (signature: string, at = now()): Record<string, string> => ({
  "webhook-id": ID,
  "webhook-timestamp": String(at),
  "webhook-signature": signature,
});

describe("the code of a receiver", () => {
  it.each(RECEIVERS)("in %s has the secret once, or says where it belongs", (language) => {
    expect(receiverCode(language).split(PLACEHOLDER)).toHaveLength(2);
    const filled = receiverCode(language, SECRET);
    expect(filled.split(SECRET)).toHaveLength(2);
    expect(filled).not.toContain(PLACEHOLDER);
    for (const word of ["webhook-signature", "webhook-timestamp", "webhook-id"])
      expect(filled.toLowerCase().replaceAll("_", "-")).toContain(word);
  });

  it("in Node takes what the hook signed, also while its secret is being changed", async () => {
    const verify = await verifier();
    expect(verify(headers(sign(SECRET, now())), BODY)).toEqual(JSON.parse(BODY.toString()));
    expect(verify(headers(`${sign(NEXT, now())} ${sign(SECRET, now())}`), BODY)).toMatchObject({ website_id: "w" });
  });

  it("in Node refuses other secrets, other bodies, and what is old", async () => {
    const verify = await verifier();
    expect(() => verify(headers(sign(NEXT, now())), BODY)).toThrow("not from this hook");
    expect(() => verify(headers(sign(SECRET, now())), Buffer.concat([BODY, Buffer.from(" ")]))).toThrow();
    expect(() => verify(headers("v1,"), BODY)).toThrow();
    const old = now() - 301;
    expect(() => verify(headers(sign(SECRET, old), old), BODY)).toThrow("too old");
  });
});
