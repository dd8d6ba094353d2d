import { Refusal } from "@halloo/core/refusal.ts";
import { describe, expect, it } from "vitest";
import { errorAt, problemsIn, refusedField } from "./check.ts";
import { readValues } from "./config.ts";

const values = readValues({});
const field = { id: "9", type: "text", label: "Nine" } as const;

describe("what is wrong with a section", () => {
  it("is named by its path in the configuration", () => {
    expect(problemsIn({ ...values, suggested_questions: ["Hi", " "] }, "greeting")).toEqual({
      "suggested_questions[1]": "question_empty",
    });
    expect(problemsIn({ ...values, pre_conversation_form: { fields: [field] } }, "forms")).toEqual({
      "pre_conversation_form.fields[0].id": "form_id_bad",
    });
    expect(problemsIn({ ...values, "post_conversation_feedback.form": { fields: [] } }, "forms")).toEqual({
      "post_conversation_feedback.form.fields": "form_fields_none",
    });
    expect(problemsIn(values, "forms")).toEqual({});
  });
});

describe("a refusal of the server", () => {
  const path = "config.v1.pre_conversation_form.fields[2].options[0].value";
  const refused = refusedField(new Refusal("config_invalid", `${path}: at most 64 characters.`, 422, { path }));

  it("is shown at its field, and at what holds the field", () => {
    expect(errorAt({}, refused, "pre_conversation_form.fields[2].options[0].value")).toContain(
      "at most 64 characters.",
    );
    expect(errorAt({}, refused, "pre_conversation_form.fields[2]", true)).toBeDefined();
    expect(errorAt({}, refused, "pre_conversation_form.fields[2]")).toBeUndefined();
    expect(errorAt({}, refused, "pre_conversation_form.fields[20]", true)).toBeUndefined();
  });

  it("is about no field where it names none", () => {
    expect(refusedField(new Refusal("stale", "", 412))).toBeNull();
    expect(refusedField(new Refusal("config_invalid", "", 422, { path: "config" }))).toBeNull();
  });
});
