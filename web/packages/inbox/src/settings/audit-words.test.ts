import { describe, expect, it } from "vitest";
import { actionWords, subjectWords } from "./audit-words.ts";

const ID = "0192f3c4-1d2e-7abc-8def-001122334455";
const nobody = (id: string): string => id;

describe("a line of the audit log", () => {
  it("says what was done, and what it cannot say it shows", () => {
    expect(actionWords("hook.secret_promoted")).toBe("Put a new signing secret into use");
    expect(actionWords("moon.landed")).toBe("moon.landed");
  });

  it("names people, and leaves ids out where something else tells", () => {
    expect(subjectWords({ subject: ID, details: {} }, () => "Grace")).toBe("Grace");
    expect(subjectWords({ subject: ID, details: { email: "g@x.example", role: "admin" } }, nobody)).toBe(
      "g@x.example · Role: Admin",
    );
    expect(subjectWords({ subject: ID, details: { erasure: ID, everything: true } }, nobody)).toBe("Everything");
    expect(subjectWords({ subject: ID, details: {} }, nobody)).toBe(ID);
  });

  it("writes lists and switches as people do", () => {
    const details = { domains: ["a.example", "b.example"], published: false, reason: null };
    expect(subjectWords({ subject: ID, details }, nobody)).toBe("a.example and b.example · Published: No");
    const change = {
      domains: { before: ["a.example", "c.example"], after: ["a.example", "b.example"] },
      config: "changed",
    };
    expect(subjectWords({ subject: ID, details: change }, nobody)).toBe("+ b.example, − c.example");
    const events = { added: [], removed: ["message:send"] };
    expect(subjectWords({ subject: ID, details: { name: "Shop", events, scopes: ["a:read"] } }, nobody)).toBe(
      "Shop · Events: − message:send · Scopes: a:read",
    );
    expect(subjectWords({ subject: ID, details: { active: false } }, () => "Grace")).toBe("Grace · Deactivated");
  });
});
