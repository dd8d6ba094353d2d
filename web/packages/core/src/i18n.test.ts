import { describe, expect, it } from "vitest";
import { createT, directionOf, pickLanguage } from "./i18n.ts";

const messages = { hello: "Hello, {name}", "unread.one": "{count} message", "unread.other": "{count} messages" };

describe("messages", () => {
  const t = createT("en", messages);

  it("fills placeholders and leaves unknown ones", () => {
    expect(t("hello", { name: "Ada" })).toBe("Hello, Ada");
    expect(t("hello")).toBe("Hello, {name}");
  });

  it("chooses the plural form and formats the number", () => {
    expect(t("unread", { count: 1 })).toBe("1 message");
    expect(t("unread", { count: 1200 })).toBe("1,200 messages");
  });

  it("falls back to `other` where a language has no such form", () => {
    expect(createT("ar", messages)("unread", { count: 3 })).toContain("messages");
  });
});

describe("the language", () => {
  it("is the first shipped wish", () => {
    expect(pickLanguage("auto", "de-AT", "fr")).toBe("de");
    expect(pickLanguage("pt", null)).toBe("pt-BR");
    expect(pickLanguage("xx", undefined, "he-IL")).toBe("he");
    expect(pickLanguage()).toBe("en");
  });

  it("knows its direction", () => {
    expect(directionOf("he")).toBe("rtl");
    expect(directionOf("de")).toBe("ltr");
  });
});
