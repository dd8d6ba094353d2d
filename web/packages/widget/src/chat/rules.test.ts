import { describe, expect, it } from "vitest";
import type { FormField } from "../frame/record.ts";
import { fit, problemOf, readNumber, wireFields } from "./rules.ts";

const field = (type: FormField["type"], more: Partial<FormField> = {}): FormField => ({
  id: "f",
  type,
  label: "F",
  help: "",
  placeholder: "",
  required: false,
  ...more,
});
const options = [
  { value: "a", label: "A" },
  { value: "b", label: "B" },
];
const wrong = (one: FormField, value: unknown): string | null => problemOf(one, value, "en")?.key ?? null;

describe("what may stand in a field", () => {
  it.each([
    [field("text", { max_length: 3 }), "abc", null],
    [field("text", { max_length: 3 }), "abcd", "too_long"],
    [field("text", { max_length: 2 }), "👍👍", null],
    [field("text", { required: true }), "   ", "form_required"],
    [field("text"), "", null],
    [field("textarea", { required: true }), "one\ntwo", null],
    [field("email"), "ada@example.com", null],
    [field("email"), " ada@example.com ", null],
    [field("email"), "ada@example", "form_email"],
    [field("email"), "ada@@example.com", "form_email"],
    [field("email"), `${"a".repeat(64)}@${"b".repeat(200)}.com`, "form_email"],
    [field("phone"), "+43 (1) 234/567", null],
    [field("phone"), "٠٦٦٤١٢٣", null],
    [field("phone"), "1234", "form_phone"],
    [field("phone"), "call me", "form_phone"],
    [field("number"), "12.5", null],
    [field("number"), "twelve", "form_number"],
    [field("number", { min: 1, max: 5 }), "0", "form_min"],
    [field("number", { min: 1, max: 5 }), "6", "form_max"],
    [field("rating", { required: true }), undefined, "form_choose"],
    [field("rating"), undefined, null],
    [field("select", { options, required: true }), undefined, "form_choose"],
    [field("radio", { options, required: true }), "a", null],
    [field("checkbox", { options: [], required: true }), false, "form_tick"],
    [field("checkbox", { options: [] }), false, null],
    [field("checkbox", { options, required: true }), [], "form_choose"],
    [field("checkbox", { options, required: true }), ["b"], null],
  ])("%o with %o: %s", (one, value, expected) => {
    expect(wrong(one, value)).toBe(expected);
  });
});

describe("numbers as people write them", () => {
  it.each([
    ["en", "1,234.5", 1234.5],
    ["de", "1.234,5", 1234.5],
    ["de", "12,5", 12.5],
    ["de", "12.5", 12.5],
    ["en", "1,234", 1234],
    ["de", "1.234", 1234],
    ["fr", "1 234,5", 1234.5],
    ["ar", "١٢٫٥", 12.5],
    ["ja", "１２", 12],
    ["en", "-3", -3],
    ["en", "1e3", null],
    ["en", "1.2.3", null],
    ["en", "", null],
  ])("%s: %s is %s", (language, text, expected) => {
    expect(readNumber(text, language)).toBe(expected);
  });
});

describe("what goes to the server", () => {
  it("leaves out what was left empty, and keeps a box that was not ticked", () => {
    const fields = [
      field("text", { id: "name" }),
      field("number", { id: "age" }),
      field("checkbox", { id: "news", options: [] }),
      field("checkbox", { id: "likes", options }),
    ];
    expect(wireFields(fields, { name: " Ada ", age: "36", news: false, likes: [] }, "en")).toEqual({
      name: "Ada",
      age: 36,
      news: false,
    });
  });
});

describe("what was remembered", () => {
  it.each([
    [field("rating", { scale: 3 }), 5, undefined],
    [field("select", { options }), "z", undefined],
    [field("checkbox", { options }), ["a", "z"], ["a"]],
    [field("checkbox", { options: [] }), "yes", false],
    [field("number"), 12, "12"],
    [field("text"), { toString: 1 }, ""],
  ])("is taken where %o can hold %o", (one, value, expected) => {
    expect(fit(one, value)).toEqual(expected);
  });
});
