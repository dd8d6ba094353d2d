import { describe, expect, it } from "vitest";
import { claimedParent, continueCode, createTickets, fromLoader } from "./bridge.ts";

const good = { v: 1, wid: "w", type: "open", seq: 1, data: { by: "launcher", text: null } };
const circle: Record<string, unknown> = {};
circle["self"] = circle;

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
    ["a text that is no question", { ...good, data: { by: "api", text: "Hello" } }],
    ["a circle", { ...good, type: "set", data: { call: 1, attributes: circle } }],
    ["what JSON does not have", { ...good, type: "set", data: { call: 1, attributes: { big: 1n } } }],
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
    ["?parentOrigin=https://a.example", "http://a.example", "null"],
    ["?parentOrigin=https://a.example", "null", "https://a.example"],
    ["", "null", undefined],
    ["?PARENTORIGIN=https://a.example", undefined, undefined],
    ["?parentOrigin=https://a.example:443", undefined, undefined],
    ["?parentOrigin=https://a.example&parentOrigin=", undefined, undefined],
    ["?parentOrigin=chrome-extension://abc", undefined, undefined],
  ])("%s under %s is %s", (search, ancestor, expected) => {
    expect(claimedParent(search, ancestor)).toBe(expected);
  });
});

describe("the code of a link from a mail", () => {
  it.each([
    ["#halloo-continue=Ab_-9", "Ab_-9"],
    ["#halloo-continue=", null],
    ["#other", null],
    ["", null],
  ])("%s is %s", (hash, expected) => {
    expect(continueCode(hash)).toBe(expected);
  });
});

describe("tickets from the page", () => {
  const made = () => {
    const due: (() => void)[] = [];
    const asked: number[] = [];
    const tickets = createTickets(
      () => asked.push(asked.length),
      (_ms, done) => due.push(done),
    );
    return { tickets, asked, due };
  };

  it("takes the one that came by itself, once", async () => {
    const { tickets, asked } = made();
    tickets.give("first");
    expect(await tickets.take()).toBe("first");
    const second = tickets.take();
    await Promise.resolve();
    expect(asked).toHaveLength(1);
    tickets.give("second");
    expect(await second).toBe("second");
  });

  it("an answer without a ticket ends the wait", async () => {
    const { tickets } = made();
    tickets.give(null);
    const ticket = tickets.take();
    tickets.give(null);
    expect(await ticket).toBeNull();
  });

  it("waits ten seconds and no longer; an answer that comes later is nobody's", async () => {
    const { tickets, asked, due } = made();
    const first = tickets.take();
    due[0]?.();
    expect(await first).toBeNull();
    tickets.give("late");
    const second = tickets.take();
    expect(asked).toHaveLength(2);
    tickets.give("fresh");
    expect(await second).toBe("fresh");
  });
});
