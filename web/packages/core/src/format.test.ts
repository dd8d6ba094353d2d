import { describe, expect, it } from "vitest";
import { formatText, isOnlyEmoji } from "./format.ts";

const links = (text: string) => formatText(text).filter((piece) => piece.kind === "link");

describe("links", () => {
  it.each([
    ["see https://a.example/x?y=1#z now", "https://a.example/x?y=1#z", "https://a.example/x?y=1#z"],
    ["(https://a.example/x).", "https://a.example/x", "https://a.example/x"],
    ["https://en.example/Foo_(bar)", "https://en.example/Foo_(bar)", "https://en.example/Foo_(bar)"],
    ["www.shop.example/cart,", "www.shop.example/cart", "https://www.shop.example/cart"],
    ["write to ada@mail.example!", "ada@mail.example", "mailto:ada@mail.example"],
    ["mailto:ada@mail.example", "mailto:ada@mail.example", "mailto:ada@mail.example"],
  ])("%s", (text, shown, href) => {
    expect(links(text)).toEqual([{ kind: "link", text: shown, href }]);
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "ftp://x.example", "vbscript:x", "https://", "a@b"])(
    "%s is text",
    (text) => {
      expect(links(text)).toEqual([]);
    },
  );

  it("loses nothing", () => {
    const text = "a https://x.example, b\n  c@d.example. `code` end";
    const joined = formatText(text)
      .map((piece) => (piece.kind === "code" ? `\`${piece.text}\`` : piece.text))
      .join("");
    expect(joined).toBe(text);
  });
});

describe("code", () => {
  it("knows inline code and blocks, and makes no links in them", () => {
    expect(formatText("run `npm i https://x.example` or\n```sh\nmake\ndemo\n```\nthen")).toEqual([
      { kind: "text", text: "run " },
      { kind: "code", text: "npm i https://x.example" },
      { kind: "text", text: " or\n" },
      { kind: "block", text: "make\ndemo" },
      { kind: "text", text: "then" },
    ]);
  });
});

describe("emoji", () => {
  it.each(["😀", "👍🏽", "❤️", "👩‍👩‍👧", "🇦🇹", "🎉 🎉 🎉"])("%s stands alone", (text) =>
    expect(isOnlyEmoji(text)).toBe(true),
  );
  it.each(["a😀", "12", "😀😀😀😀", "", "#"])("%s does not", (text) => expect(isOnlyEmoji(text)).toBe(false));
});
