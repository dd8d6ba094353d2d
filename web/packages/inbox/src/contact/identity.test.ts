import { describe, expect, it } from "vitest";
import { proofOf, wordOf } from "./identity.tsx";

describe("what is known of a visitor", () => {
  it("is told by what proved it", () => {
    expect(proofOf({ verified: true }, { identity: "jwt" })).toBe("jwt");
    expect(proofOf({ verified: true }, { identity: "hmac" })).toBe("hmac");
    expect(proofOf({ verified: true }, { identity: null })).toBe("earlier");
    expect(proofOf({ verified: false }, { identity: null })).toBeNull();
  });

  it("tells signed attributes from claimed ones, and both from what operators wrote", () => {
    const contact = { name: "Ada", email: "ada@example.com", phone: "1", company: null };
    const visitor = { signed: ["email"], name: "Ada", email: "ada@example.com" };
    expect(wordOf("email", contact, visitor)).toBe("signed");
    expect(wordOf("name", contact, visitor)).toBe("claimed");
    expect(wordOf("name", { ...contact, name: "Ada Lovelace" }, visitor)).toBeNull();
    expect(wordOf("phone", contact, visitor)).toBeNull();
    expect(wordOf("company", contact, visitor)).toBeNull();
  });
});
