import { describe, expect, it } from "vitest";
import { acceptTrigger, fillReply, findTrigger, mentionsIn, type TriggerKind } from "./triggers.ts";

const ALL: readonly TriggerKind[] = ["canned", "mention", "emoji"];
const at = (text: string) => findTrigger(text, text.length, ALL);

describe("what the composer offers", () => {
  it("canned replies at the start of a line only", () => {
    expect(at("/")).toMatchObject({ kind: "canned", query: "", start: 0 });
    expect(at("Hello\n/ship")).toMatchObject({ kind: "canned", query: "ship", start: 6 });
    expect(at("either/or")).toBeNull();
    expect(at("see /etc")).toBeNull();
    expect(at("https://shop.example")).toBeNull();
  });

  it("mentions at the start of a word, with a second name", () => {
    expect(at("ask @ad")).toMatchObject({ kind: "mention", query: "ad", start: 4 });
    expect(at("@Ada Lo")).toMatchObject({ kind: "mention", query: "Ada Lo" });
    expect(at("ada@example.com")).toBeNull();
    expect(at("@Ada Lovelace please look")).toBeNull();
  });

  it("emoji after two letters, so that times and smiles stay", () => {
    expect(at("well :ta")).toMatchObject({ kind: "emoji", query: "ta", start: 5 });
    expect(at("well :t")).toBeNull();
    expect(at("12:30")).toBeNull();
    expect(at("fine :)")).toBeNull();
  });

  it("only what is allowed there", () => {
    expect(findTrigger("@ad", 3, ["canned", "emoji"])).toBeNull();
  });

  it("looks at the caret, not at the end", () => {
    expect(findTrigger("@ad later", 3, ALL)).toMatchObject({ query: "ad", end: 3 });
  });
});

describe("accepting", () => {
  it("replaces the sign and the query, and puts the caret behind", () => {
    const trigger = at("ask @ad");
    expect(trigger && acceptTrigger("ask @ad", trigger, "@Ada")).toEqual({ text: "ask @Ada ", caret: 9 });
  });

  it("adds no second space", () => {
    const trigger = findTrigger(":ta there", 3, ALL);
    expect(trigger && acceptTrigger(":ta there", trigger, "🎉")).toEqual({ text: "🎉 there", caret: 2 });
  });
});

describe("mentions of a note", () => {
  const people = [
    { id: "1", name: "Ada" },
    { id: "2", name: "Ada Lovelace" },
  ];

  it("finds the longer name first", () => {
    expect(mentionsIn("@Ada Lovelace look", people)).toEqual(["2"]);
    expect(mentionsIn("@Ada and @Ada Lovelace", people).sort()).toEqual(["1", "2"]);
    expect(mentionsIn("Ada", people)).toEqual([]);
  });
});

describe("canned replies", () => {
  it("call the visitor by the first name, or by none", () => {
    expect(fillReply("Hello {name}, hi", "Ada Lovelace")).toBe("Hello Ada, hi");
    expect(fillReply("Hello {name}, hi", null)).toBe("Hello, hi");
    expect(fillReply("Thank you, {name}!", null)).toBe("Thank you!");
  });
});
