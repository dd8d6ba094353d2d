import { describe, expect, it } from "vitest";
import { claimedParent, fromLoader } from "./bridge.ts";

const good = { v: 1, wid: "w", type: "open", seq: 1, data: { by: "launcher", text: null } };

describe("what the frame takes from the loader", () => {
  it("takes a well-formed message", () => {
    expect(fromLoader(good, "w", 0)).toEqual(good);
  });

  it.each([
    ["another version", { ...good, v: 2 }],
    ["another widget", { ...good, wid: "x" }],
    ["an old number", { ...good, seq: 0 }],
    ["a number that is none", { ...good, seq: "2" }],
    ["an unknown type", { ...good, type: "eval" }],
    ["an inherited name as type", { ...good, type: "constructor" }],
    ["an extra key", { ...good, extra: 1 }],
    ["an extra field", { ...good, data: { ...good.data, extra: 1 } }],
    ["a missing field", { ...good, data: { by: "launcher" } }],
    ["a mistyped field", { ...good, data: { by: "somebody", text: null } }],
    ["a long question", { ...good, data: { by: "question", text: "x".repeat(121) } }],
    ["a list", [good]],
    ["a text", JSON.stringify(good)],
    ["nothing", null],
    ["more than 16 KiB", { ...good, type: "page", data: { url: "x".repeat(17_000), title: "", referrer: "" } }],
    ["an object of another kind", { ...good, data: new Map() }],
  ])("drops %s", (_name, message) => {
    expect(fromLoader(message, "w", 0)).toBeNull();
  });
});

describe("the claimed parent", () => {
  it.each([
    ["?parentOrigin=https%3A%2F%2Fa.example", undefined, "https://a.example"],
    ["?parentOrigin=https://a.example&parentOrigin=https://a.example", undefined, undefined],
    ["?parentOrigin=https://a.example/", undefined, undefined],
    ["?parentOrigin=HTTPS://a.example", undefined, undefined],
    ["?parentOrigin=file://x", undefined, undefined],
    ["?parentOrigin=null", undefined, undefined],
    ["", "https://a.example", undefined],
    ["?parentOrigin=https://a.example", "https://a.example", "https://a.example"],
    ["?parentOrigin=https://a.example", "https://evil.example", "null"],
  ])("%s under %s is %s", (search, ancestor, expected) => {
    expect(claimedParent(search, ancestor)).toBe(expected);
  });
});
