import { describe, expect, it } from "vitest";
import { checksOf } from "./checklist.tsx";
import { readEntries, readEntry, splitEntries, warningsOf } from "./domains.ts";

describe("a domain as one types it", () => {
  it("becomes an origin", () => {
    expect(readEntry("yourdomain.com", [])).toMatchObject({
      origin: "https://yourdomain.com",
      error: null,
      offer: null,
    });
    expect(readEntry("https://app.example.com/checkout?x=1", [])).toMatchObject({ origin: "https://app.example.com" });
    expect(readEntry("münchen.de", [])).toMatchObject({ origin: "https://xn--mnchen-3ya.de" });
  });

  it("says why it does not", () => {
    expect(readEntry("*.example.com", []).error).toBe("wildcard");
    expect(readEntry("example.org.", []).error).toBe("trailing_dot");
    expect(readEntry("ftp://example.org", []).error).toBe("bad_scheme");
    expect(readEntry("example.com", ["https://example.com"]).error).toBe("known");
  });

  it("offers http for a bare localhost", () => {
    expect(readEntry("localhost:3000", [])).toMatchObject({
      origin: "https://localhost:3000",
      offer: "http://localhost:3000",
    });
    expect(readEntry("http://localhost:3000", [])).toMatchObject({ origin: "http://localhost:3000", offer: null });
    expect(readEntry("localhost:3000", ["http://localhost:3000"]).offer).toBeNull();
  });

  it("warns of what is accepted with doubts", () => {
    expect(warningsOf("http://localhost:3000")).toEqual(["localhost"]);
    expect(warningsOf("http://shop.example")).toEqual(["domain_http"]);
    expect(warningsOf("http://127.0.0.1:5173")).toEqual(["domain_ipv4", "domain_http"]);
    expect(warningsOf("https://a_b.example")).toEqual(["inexpressible_origin"]);
    expect(warningsOf("https://shop.example")).toEqual([]);
  });

  it("takes a pasted list, each entry once", () => {
    expect(splitEntries("a.example, b.example;\n c.example ")).toEqual(["a.example", "b.example", "c.example"]);
    expect(readEntries("a.example https://a.example", []).map((entry) => entry.error)).toEqual([null, "known"]);
  });
});

describe("the checklist", () => {
  const widget = (domains: string[], published: boolean) => ({ domains, published });

  it("shows what is done and what is not", () => {
    expect(checksOf(widget([], false))).toMatchObject({
      listed: "todo",
      local: "todo",
      published: "todo",
      policy: "look",
    });
    expect(checksOf(widget(["https://shop.example", "http://localhost:1"], true))).toMatchObject({
      listed: "done",
      local: "todo",
      published: "done",
    });
    expect(checksOf(widget(["https://shop.example"], true))).toMatchObject({
      local: "done",
    });
  });

  it("asks for identity keys only where a proof is required", () => {
    const live = widget(["https://shop.example"], true);
    expect(checksOf(live)).toMatchObject({ keys: "look", required: "look", reset: "look" });
    expect(checksOf(live, { keys: 0, required: true })).toMatchObject({ keys: "todo", required: "todo" });
    expect(checksOf(live, { keys: null, required: true })).toMatchObject({ keys: "look", required: "look" });
    expect(checksOf(live, { keys: 1, required: true })).toMatchObject({ keys: "done", required: "done" });
  });
});
