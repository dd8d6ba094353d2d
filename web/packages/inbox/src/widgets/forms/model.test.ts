import { describe, expect, it } from "vitest";
import { asType, type FormField, idFrom, moved, newField, problemsOf, valueFrom } from "./model.ts";

const name = (number: number) => `Option ${number}`;
const text = (fields: Partial<FormField> = {}): FormField => ({ id: "a", type: "text", label: "A", ...fields });

describe("an id out of a label", () => {
  it("is a word of a-z, 0-9 and _ that is not taken", () => {
    expect(idFrom("Numéro de commande", "text", [])).toBe("numero_de_commande");
    expect(idFrom("Email", "email", ["email", "email_2"])).toBe("email_3");
    expect(idFrom("2nd line", "text", [])).toBe("field_2nd_line");
    expect(idFrom("名前", "rating", [])).toBe("rating");
    expect(idFrom("Constructor", "text", [])).toBe("field_constructor");
    expect(idFrom("x".repeat(80), "text", ["x".repeat(40)])).toBe(`${"x".repeat(38)}_2`);
  });

  it("and a value is one too, in its own script where it has no Latin letters", () => {
    expect(valueFrom("Before buying", [])).toBe("before_buying");
    expect(valueFrom("返品", [])).toBe("返品");
  });
});

describe("a field", () => {
  it("of a choice begins with two options", () => {
    expect(newField("radio", "Topic", [], name).options).toHaveLength(2);
    expect(newField("checkbox", "I agree", [], name).options).toBeUndefined();
  });

  it("keeps of another type only what the new one knows", () => {
    const field = text({ max_length: 20, required: true, maps_to: "name" });
    expect(asType(field, "number", name)).toEqual({
      id: "a",
      type: "number",
      label: "A",
      required: true,
      maps_to: "name",
    });
    expect(asType(field, "select", name).options).toHaveLength(2);
  });

  it("moves to another place", () => {
    expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
    expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  });
});

describe("what is wrong with a form", () => {
  it("is named at its place", () => {
    expect(problemsOf({ fields: [] })).toEqual({ fields: "form_fields_none" });
    const wrong = problemsOf({
      fields: [
        text({ label: " " }),
        text(),
        text({ id: "9" }),
        text({ id: "n", type: "number", min: 3, max: 2 }),
        text({
          id: "s",
          type: "select",
          options: [
            { value: "x", label: "X" },
            { value: "x", label: "" },
          ],
        }),
        text({ id: "r", type: "radio", options: [] }),
      ],
    });
    expect(wrong).toEqual({
      "fields[0].label": "form_label_empty",
      "fields[0].id": "form_id_twice",
      "fields[1].id": "form_id_twice",
      "fields[2].id": "form_id_bad",
      "fields[3].max": "form_max_below",
      "fields[4].options[0].value": "form_option_twice",
      "fields[4].options[1].label": "form_option_empty",
      "fields[4].options[1].value": "form_option_twice",
      "fields[5].options": "form_options_few",
    });
  });

  it("is nothing where all is right", () => {
    expect(problemsOf({ fields: [text(), text({ id: "b", type: "checkbox" })] })).toEqual({});
  });
});
