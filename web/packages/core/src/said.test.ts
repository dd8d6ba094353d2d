import { expect, it } from "vitest";
import { textOf } from "./said.ts";

it("says what each kind of message says", () => {
  const said = (type: string, content: unknown) => textOf(type, content).split("\n");
  expect(said("text", "Hello")).toEqual(["Hello"]);
  expect(said("file", { name: "bill.pdf", url: "https://x.example/" })).toEqual(["bill.pdf"]);
  expect(said("audio", { url: "https://x.example/", duration: 3 })).toEqual([""]);
  const choices = [
    { label: "Red", value: "r", selected: true },
    { label: "Blue", value: "b" },
  ];
  expect(said("picker", { text: "Which?", choices })).toEqual(["Which?", "● Red", "○ Blue"]);
  expect(said("field", { text: "Number?", explain: "Eight digits" })).toEqual(["Number?", "Eight digits"]);
  expect(said("field", { text: "Number?", explain: "Eight digits", value: "12" })).toEqual(["Number?", "12"]);
  const targets = [{ title: "Vase", description: "Tall", actions: [] }, { title: "Mug" }];
  expect(said("carousel", { text: "", targets })).toEqual(["Vase", "Tall", "Mug"]);
  expect(said("event", { namespace: "state:resolved" })).toEqual([""]);
});

it("says nothing of what it cannot read", () => {
  for (const content of [null, 3, [], { choices: "no", text: 4 }, { choices: [null, 1] }]) {
    expect(textOf("picker", content)).toBe("");
  }
  expect(textOf("hologram", { text: "?" })).toBe("");
});
