import { contrast } from "@halloo/ui";
import { describe, expect, it } from "vitest";
import { asText, readable, tones } from "./colours.ts";

const config = (user: string, userText: string, control = "", controlText = "") => {
  const mode = {
    background_color: { user_message: user, controls_button: control },
    text_color: { user_message: userText, controls_button: controlText },
  };
  return { chat: { light_mode: mode, dark_mode: mode } } as never;
};

const colours = [
  "#000000",
  "#ffffff",
  "#777777",
  "#ffe600",
  "#7c3aed",
  "#0ea5e9",
  "#e11d48",
  "#10b981",
  "#808000",
  "#1e293b",
  "",
];

describe("the owner's colours", () => {
  it.each(colours)("%s is readable everywhere, in both themes", (colour) => {
    for (const scheme of ["light", "dark"] as const) {
      const found = tones(config(colour, "", colour), scheme) as Record<string, string>;
      const tone = (name: string): string => found[name] ?? "";
      expect(contrast(tone("--on-mine"), tone("--mine"))).toBeGreaterThanOrEqual(4.5);
      expect(contrast(tone("--on-mine"), tone("--mine-pressed"))).toBeGreaterThanOrEqual(4.5);
      expect(contrast(tone("--on-hero"), tone("--hero"))).toBeGreaterThanOrEqual(4.5);
      expect(contrast(tone("--on-hero"), tone("--hero-end"))).toBeGreaterThanOrEqual(4.5);
      expect(contrast(tone("--on-control"), tone("--control"))).toBeGreaterThanOrEqual(4.5);
      expect(contrast(tone("--accent-strong"), scheme === "dark" ? "#1a1e25" : "#ffffff")).toBeGreaterThanOrEqual(4.5);
      expect(contrast(tone("--accent-strong"), tone("--accent-soft"))).toBeGreaterThanOrEqual(3);
    }
  });

  it("keeps the owner's text colour where it can be read, and only there", () => {
    expect(readable("#7c3aed", "#fff7e6")).toBe("#fff7e6");
    expect(readable("#ffe600", "#ffffff")).toBe("#180806");
  });

  it("leaves a colour alone that is readable already", () => {
    expect(asText("#7c3aed", ["#ffffff"], "#000000")).toBe("#7c3aed");
  });
});
