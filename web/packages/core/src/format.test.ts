import { describe, expect, it } from "vitest";
import { type Block, formatText, type Inline, isOnlyEmoji, plainText } from "./format.ts";

const flat = (pieces: readonly Inline[]): Inline[] =>
  pieces.flatMap((piece) => ("inner" in piece ? [piece, ...flat(piece.inner)] : [piece]));
const inlines = (blocks: readonly Block[]): Inline[] =>
  blocks.flatMap((block) =>
    block.kind === "list" ? block.items.flatMap(flat) : block.kind === "block" ? [] : flat(block.inner),
  );
const links = (text: string) => inlines(formatText(text)).filter((piece) => piece.kind === "link");

/** What is to be read, with the marks that were understood left out. */
const words = (pieces: readonly Inline[]): string =>
  pieces.map((piece) => ("inner" in piece ? words(piece.inner) : piece.text)).join("");
const shown = (text: string): string =>
  formatText(text)
    .map((block) =>
      block.kind === "list"
        ? block.items.map(words).join("\n")
        : block.kind === "block"
          ? block.text
          : words(block.inner),
    )
    .join("\n");

/** Short writing for what is expected: `<b>`, `<i>`, `<c>`. */
const drawn = (pieces: readonly Inline[]): string =>
  pieces
    .map((piece) => {
      if (piece.kind === "bold") return `<b>${drawn(piece.inner)}</b>`;
      if (piece.kind === "italic") return `<i>${drawn(piece.inner)}</i>`;
      return piece.kind === "code" ? `<c>${piece.text}</c>` : piece.text;
    })
    .join("");

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

  it.each([
    [
      "[the shop](https://shop.example/a_(b)) now",
      [{ kind: "link", text: "the shop", href: "https://shop.example/a_(b)" }],
    ],
    ["[write](mailto:ada@mail.example)", [{ kind: "link", text: "write", href: "mailto:ada@mail.example" }]],
    [
      "[https://www.shop.example](https://shop.example/x)",
      [{ kind: "link", text: "https://www.shop.example", href: "https://shop.example/x" }],
    ],
    ["**https://a.example/x**", [{ kind: "link", text: "https://a.example/x", href: "https://a.example/x" }]],
    ["_https://a.example/x_y_", [{ kind: "link", text: "https://a.example/x_y", href: "https://a.example/x_y" }]],
  ])("%s", (text, found) => expect(links(text)).toEqual(found));

  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "//evil.example",
    "/inbox",
    "https://",
    "vbscript:x",
  ])("[words](%s) is text", (target) => expect(shown(`[words](${target})`)).toBe(`[words](${target})`));

  it("never says one host and leads to another", () => {
    const text = "[https://bank.example/login](https://evil.example/)";
    expect(links(text).map((link) => link.href)).toEqual(["https://bank.example/login", "https://evil.example/"]);
    expect(links("[ada@bank.example](mailto:eve@evil.example)").map((link) => link.text)).toEqual([
      "ada@bank.example",
      "mailto:eve@evil.example",
    ]);
  });
});

describe("bold, italic and code", () => {
  it.each([
    ["**bold** and *italic*, __bold__ and _italic_", "<b>bold</b> and <i>italic</i>, <b>bold</b> and <i>italic</i>"],
    ["**bold with *italic* in it**", "<b>bold with <i>italic</i> in it</b>"],
    ["run `npm **i**`", "run <c>npm **i**</c>"],
    ["2*3*4 and a_file_name", "2*3*4 and a_file_name"],
    ["2 * 3 * 4", "2 * 3 * 4"],
    ["half**bold**word", "half<b>bold</b>word"],
    ["(*so*)", "(<i>so</i>)"],
    ["你好**世界**吗 *好*的", "你好<b>世界</b>吗 <i>好</i>的"],
    ["**open", "**open"],
    ["*one **two*", "<i>one **two</i>"],
    ["****", "****"],
    ["** a **", "** a **"],
    ["_ _ * *", "_ _ * *"],
    ["*😀*", "<i>😀</i>"],
    ["a **b\nc** d", "a <b>b\nc</b> d"],
    ["5*😀*6", "5*😀*6"],
  ])("%j", (text, expected) => {
    const [block] = formatText(text);
    expect(block && "inner" in block ? drawn(block.inner) : null).toBe(expected);
  });

  it("knows blocks of code, and makes nothing of what is in them", () => {
    expect(formatText("run\n```sh\nmake **demo**\nhttps://x.example\n```\nthen")).toEqual([
      { kind: "text", inner: [{ kind: "text", text: "run" }] },
      { kind: "block", text: "make **demo**\nhttps://x.example" },
      { kind: "text", inner: [{ kind: "text", text: "then" }] },
    ]);
  });
});

describe("lists and quotes", () => {
  it("knows points, numbers and quotes between lines", () => {
    const text = "Two ways:\n- *one*\n- two\n\n3. three\n4. four\n> you said\n> this\nWell.";
    expect(formatText(text)).toEqual([
      { kind: "text", inner: [{ kind: "text", text: "Two ways:" }] },
      {
        kind: "list",
        start: null,
        items: [[{ kind: "italic", inner: [{ kind: "text", text: "one" }] }], [{ kind: "text", text: "two" }]],
      },
      { kind: "list", start: 3, items: [[{ kind: "text", text: "three" }], [{ kind: "text", text: "four" }]] },
      { kind: "quote", inner: [{ kind: "text", text: "you said\nthis" }] },
      { kind: "text", inner: [{ kind: "text", text: "Well." }] },
    ]);
  });

  it.each(["- Grace", "24. December", "1.5 litres", "-no", "a\n\n\nb", " leading", "#1", "a > b"])(
    "%j is text",
    (text) => {
      expect(formatText(text)).toEqual([{ kind: "text", inner: [{ kind: "text", text }] }]);
    },
  );
});

describe("whatever is written", () => {
  const alphabet = [
    "*",
    "_",
    "**",
    "`",
    "```\n",
    "[",
    "](",
    ")",
    "a",
    " ",
    "\n",
    "> ",
    "- ",
    "1. ",
    "https://x.example",
    "@",
    "😀",
    "é",
  ];
  let state = 20_261_129;
  const next = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };

  it("loses no letter", () => {
    for (let round = 0; round < 3_000; round++) {
      const text = Array.from({ length: 1 + next(14) }, () => alphabet[next(alphabet.length)]).join("");
      const left = (from: string) => Array.from(from.replace(/[^a😀é]|https:\/\/x\.example/gu, ""));
      expect(left(shown(text)), JSON.stringify(text)).toEqual(left(text));
    }
  });

  it.each(["*", "_", "**a", "[", "[a](", "a.", "a@", "`", "> ", "```\n", "[[a](b)", "*a _b ", "www."])(
    "takes time that grows with the text alone: %j ten thousand characters long",
    (part) => {
      const text = part.repeat(Math.ceil(10_000 / part.length));
      const start = performance.now();
      formatText(text);
      expect(performance.now() - start).toBeLessThan(250);
    },
  );
});

describe("emoji", () => {
  it.each(["😀", "👍🏽", "❤️", "👩‍👩‍👧", "🇦🇹", "🎉 🎉 🎉"])("%s stands alone", (text) =>
    expect(isOnlyEmoji(text)).toBe(true),
  );
  it.each(["a😀", "12", "😀😀😀😀", "", "#"])("%s does not", (text) => expect(isOnlyEmoji(text)).toBe(false));
});

it("a list shows the words alone, in one line", () => {
  expect(plainText("A **bold** *word* and [our page](https://halloo.example), `code`")).toBe(
    "A bold word and our page, code",
  );
  expect(plainText("> said\n\n- one\n- **two**\n\n```\nx = 1\n```")).toBe("said one two x = 1");
  expect(plainText("2 * 3 * 4 and snake_case")).toBe("2 * 3 * 4 and snake_case");
});
