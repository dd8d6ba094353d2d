/// <reference types="node" />
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { initials, isOurs } from "./avatar.tsx";
import { contrast, hexToHsv, hsvToHex, readHex } from "./colour.ts";
import { hueOf } from "./dom.ts";
import { filterOptions } from "./picker.tsx";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

describe("popovers", () => {
  // WebKit stretches a grid that is `fit-content` high, as popovers are by themselves, over the whole screen.
  it("are as high as what is in them", () => {
    const layers = readFileSync(new URL("./styles/layers.css", import.meta.url), "utf8");
    expect(/\.ui-popover \{[^}]*\bheight: auto;/.test(layers)).toBe(true);
  });
});

describe("tokens", () => {
  const names = (block: string | undefined) =>
    (block ?? "")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line.startsWith("--") || line.startsWith("color-scheme"));

  it("the two dark blocks are the same", () => {
    const bySystem = /not\(\[data-theme="light"\]\) \{([^}]*)\}/.exec(css)?.[1];
    const chosen = /:root\[data-theme="dark"\] \{([^}]*)\}/.exec(css)?.[1];
    expect(names(bySystem).length).toBeGreaterThan(30);
    expect(names(chosen)).toEqual(names(bySystem));
  });
});

describe("colours", () => {
  it("are read as people type them", () => {
    expect(readHex("abc")).toBe("#aabbcc");
    expect(readHex(" #E85339 ")).toBe("#e85339");
    expect(readHex("red")).toBeNull();
  });

  it("come back from hue, saturation and value", () => {
    for (const hex of ["#c63522", "#000000", "#ffffff", "#1d4ed8", "#0f766e"])
      expect(hsvToHex(hexToHsv(hex))).toBe(hex);
  });

  it("have a contrast between 1 and 21", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
    expect(contrast("#777777", "#777777")).toBe(1);
  });
});

describe("faces", () => {
  it("have one or two letters, whole characters", () => {
    expect(initials("Ada Lovelace")).toBe("AL");
    expect(initials("grace")).toBe("G");
    expect(initials("👩‍💻 dev")).toHaveLength(3);
    expect(initials("  ")).toBe("");
  });

  it("show pictures of this host and of the image host, and nobody else's", () => {
    const here = "https://chat.example/inbox";
    const id = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1";
    expect(isOurs("/avatar/x.png", here)).toBe(true);
    expect(isOurs(`https://image.example/avatar/operator/${id}/128?in=${id}&v=1&sig=abc`, here)).toBe(true);
    expect(isOurs("https://tracker.example/pixel.gif", here)).toBe(false);
    expect(isOurs(`https://tracker.example/avatar/operator/${id}/128`, here)).toBe(false);
    expect(isOurs("javascript:alert(1)", here)).toBe(false);
    expect(isOurs("http://[", here)).toBe(false);
  });

  it("keep their hue, whether known by the visitor's id or the contact's", () => {
    expect(hueOf("0196f0c2-1b5f")).toBe(hueOf("0196f0c2-1b5f"));
    expect(hueOf("0196f0c2-1b5f")).toBe(hueOf("01977777-1b5f"));
    expect(hueOf("0196f0c2-1b5f")).not.toBe(hueOf("0196f0c2-1b60"));
    expect(hueOf("a")).toBeLessThan(360);
  });
});

it("options are found without accents, beginnings first", () => {
  const options = ["Mira José", "José Luis", "Anna"].map((label) => ({ id: label, label }));
  expect(filterOptions(options, "jose").map((option) => option.label)).toEqual(["José Luis", "Mira José"]);
});
