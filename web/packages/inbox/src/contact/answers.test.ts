import { describe, expect, it } from "vitest";
import { answersOf } from "./answers.ts";

describe("what a conversation carries", () => {
  it("has the questions as labels, the options' words as values, and no feedback", () => {
    const fields = [
      { id: "topic", type: "select", label: "What is it about?", options: [{ value: "buy", label: "Buying" }] },
      { id: "email", type: "email", label: "Your email" },
    ] as const;
    const metadata = { plan: "pro", email: "a@example.com", topic: "buy", empty: "", feedback_form: { rating: 5 } };
    expect(answersOf(metadata, fields)).toEqual([
      { id: "topic", label: "What is it about?", asked: true, value: "Buying" },
      { id: "email", label: "Your email", asked: true, value: "a@example.com" },
      { id: "plan", label: "plan", asked: false, value: "pro" },
    ]);
  });
});
