import { describe, expect, it } from "vitest";
import { changedFields, mergeSection, previewConfig, readValues, valueAt, withValue } from "./config.ts";

describe("a widget's configuration", () => {
  const stored = { chat: { title: "Shop" }, files: { enabled: false } };

  it("reads fields with their defaults", () => {
    const values = readValues(stored);
    expect(values["chat.title"]).toBe("Shop");
    expect(values["trigger.size"]).toBe(56);
    expect(values["greeting.bubble_after_s"]).toBeNull();
  });

  it("writes by path and keeps the rest", () => {
    expect(withValue(stored, "chat.light_mode.text_color.user_message", "#fff")).toEqual({
      chat: { title: "Shop", light_mode: { text_color: { user_message: "#fff" } } },
      files: { enabled: false },
    });
    expect(valueAt(stored, "chat.title.deeper")).toBeUndefined();
  });

  it("saves one section and leaves the unsaved changes of others out", () => {
    const before = readValues(stored);
    const now = { ...before, "greeting.text": "Hello", "chat.title": "New" };
    expect(changedFields(before, now, "greeting")).toEqual(["greeting.text"]);
    expect(mergeSection(stored, before, now, "greeting")).toEqual({ ...stored, greeting: { text: "Hello" } });
  });

  it("previews with the name of the workspace where the title is empty", () => {
    const values = readValues({});
    expect(valueAt(previewConfig({}, values, "Kiln & Clay"), "chat.title")).toBe("Kiln & Clay");
  });

  it("previews forms with every default, and unlike another form", () => {
    const form = { fields: [{ id: "stars", type: "rating", label: "" }] } as const;
    const shown = (label: string) => {
      const fields = [{ ...form.fields[0], label }];
      const values = { ...readValues({}), pre_conversation_form: { fields } };
      return valueAt(previewConfig({}, values, "Kiln & Clay"), "pre_conversation_form") as Record<string, unknown>;
    };
    expect(shown("")).toMatchObject({ title: "", fields: [{ label: "stars", required: false, scale: 5 }] });
    expect(shown("")["hash"]).not.toBe(shown("How was it?")["hash"]);
    expect(valueAt(previewConfig({}, readValues({}), "x"), "pre_conversation_form")).toBeNull();
  });
});
