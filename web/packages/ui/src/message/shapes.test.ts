import { describe, expect, it } from "vitest";
import { ranOut } from "./address.ts";
import { nameParts } from "./file.tsx";
import { firstLink } from "./links.ts";
import { whyNot } from "./question.tsx";
import { chosen, isCut, isOurs, MOST, pictureOf, readCarousel, readFile, readPicker, roomFor } from "./shapes.ts";
import type { Words } from "./words.ts";

const OURS = "https://files.example/files/0197/abc/cat.png?until=1900000000";
const THUMB = "https://image.example/process/thumbnail?url=https%3A%2F%2Fx&width=480&height=270&sig=s";
const picture = { name: "cat.png", url: OURS, type: "image/png", file_id: "0197", width: 4000, height: 3000 };

describe("contents", () => {
  it("are read whatever they hold", () => {
    for (const bad of [null, undefined, 3, "x", [], { url: 3 }, { choices: [null, 4, "x"], targets: {} }]) {
      expect(() => [readFile(bad), readPicker(bad), readCarousel(bad), pictureOf("file", bad)]).not.toThrow();
    }
    expect(readFile({ url: "javascript:alert(1)" })).toBeNull();
    const card = { title: "x", actions: [{ label: "run", url: "javascript:alert(1)" }] };
    expect(readCarousel({ targets: [card] })?.cards[0]?.actions).toEqual([]);
    const choice = { value: "a", label: "A", action: { type: "link", target: "data:text/html,x" } };
    expect(readPicker({ choices: [choice] })?.choices[0]?.target).toBeNull();
  });

  it("are pictures only where a picture can be shown", () => {
    expect(pictureOf("file", picture)).not.toBeNull();
    expect(pictureOf("file", { ...picture, type: "application/pdf" })).toBeNull();
    expect(pictureOf("file", { ...picture, type: "image/svg+xml" })).toBeNull();
    expect(pictureOf("audio", picture)).toBeNull();
    const elsewhere = { url: "https://elsewhere.example/a.gif", type: "image/gif" };
    expect(pictureOf("animation", elsewhere)).toBeNull();
    expect(pictureOf("animation", { ...elsewhere, thumbnail: THUMB })?.thumbnail).toBe(THUMB);
  });

  it("lead readers' browsers nowhere but to us", () => {
    expect([OURS, THUMB].map(isOurs)).toEqual([true, true]);
    for (const url of [
      "https://elsewhere.example/a.gif",
      "https://x.example/?/files/a?until=1",
      "ftp://a/files/b?until=1",
    ]) {
      expect(isOurs(url), url).toBe(false);
    }
  });

  it("are answered with one choice, or with none", () => {
    const raw = {
      choices: [
        { value: "a", label: "A", selected: true },
        { value: "b", label: "B" },
      ],
    };
    expect(chosen(raw, "b")).toEqual({
      choices: [
        { value: "a", selected: false },
        { value: "b", selected: true },
      ],
    });
    expect(chosen(raw, null)).toEqual({
      choices: [
        { value: "a", selected: false },
        { value: "b", selected: false },
      ],
    });
  });
});

it("pictures have their room before they are there", () => {
  const most = { width: 280, height: 320 };
  expect(roomFor(4000, 3000, most)).toEqual({ width: 280, height: 210 });
  expect(roomFor(100, 4000, most)).toEqual({ width: 72, height: 320 });
  expect(roomFor(120, 90, most)).toEqual({ width: 120, height: 90 });
  expect(roomFor(null, null, most)).toEqual({ width: 280, height: 210 });
});

it("of a long picture a thread shows the middle", () => {
  for (const [width, height, cut] of [
    [4000, 3000, false],
    [1080, 2400, false],
    [1080, 8000, true],
    [8000, 900, true],
  ] as const) {
    const room = roomFor(width, height, MOST);
    expect(isCut(width, height), `${width} × ${height}`).toBe(cut);
    expect(Math.abs(room.width / room.height - width / height) > 0.02, `${width} × ${height}`).toBe(cut);
  }
  expect(isCut(null, null)).toBe(false);
});

it("an address that ends soon counts as ended", () => {
  expect(ranOut(OURS, 1_899_999_000_000)).toBe(false);
  expect(ranOut(OURS, 1_899_999_990_000)).toBe(true);
  expect(ranOut("https://elsewhere.example/a", Number.MAX_SAFE_INTEGER)).toBe(false);
});

it("the ending of a name is kept apart", () => {
  expect(nameParts("bill.of.2026.pdf")).toEqual(["bill.of.2026", ".pdf"]);
  expect(nameParts("no ending")).toEqual(["no ending", ""]);
  expect(nameParts(".profile")).toEqual([".profile", ""]);
  expect(nameParts("a.long-ending-that-is-none")).toEqual(["a.long-ending-that-is-none", ""]);
});

it("the first link of a text is found as it stands there", () => {
  expect(firstLink("Look at https://a.example/x?y=1, or https://b.example")).toBe("https://a.example/x?y=1");
  expect(firstLink("- one\n- **https://a.example/**")).toBe("https://a.example/");
  expect(firstLink("[here](https://a.example/b)")).toBe("https://a.example/b");
  expect(firstLink("`https://a.example`")).toBeNull();
  expect(firstLink("ada@halloo.example and www.a.example")).toBeNull();
});

it("says why an answer was not taken", () => {
  const words = ((key: string) => key) as Words;
  expect(whyNot({ code: "offline" }, words)).toBe("answer_offline");
  expect(whyNot({ code: "message_not_found" }, words)).toBe("answer_gone");
  expect(whyNot(new Error("?"), words)).toBe("answer_refused");
});
