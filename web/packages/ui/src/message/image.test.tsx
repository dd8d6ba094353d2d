// @vitest-environment happy-dom
import { settle } from "@halloo/core/testing.ts";
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FilePicture } from "./image.tsx";
import type { FileContent } from "./shapes.ts";

const NOTHING = { name: "a.png", type: "image/png", size: 9, width: 4, height: 4, placeholder: null, thumbnail: null };
const at = (id: string, until: number, turn = 0): string =>
  `https://files.example/files/${id}/k${turn}/a.png?until=${until}`;
const HOUR_AGO = Math.round(Date.now() / 1000) - 3600;

let place: HTMLElement;
let asked: number;

beforeEach(() => {
  place = document.createElement("div");
  document.body.append(place);
  asked = 0;
});
afterEach(() => {
  render(null, place);
  place.remove();
});

async function calm(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) {
    await settle();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function show(file: FileContent, given: (turn: number) => string, more: { small?: true; eager?: true } = {}): void {
  const renew = async (): Promise<string> => {
    asked += 1;
    return given(asked);
  };
  render(<FilePicture file={file} alt="" renew={renew} failed={() => <i>failed</i>} {...more} />, place);
}
const picture = (): Element | null => place.querySelector("img:not(.u-blur)");
const source = (): string | null | undefined => picture()?.getAttribute("src");
const breaks = (): unknown => picture()?.dispatchEvent(new Event("error"));

describe("a picture whose address ran out", () => {
  it("is loaded from one new address, also where the clock here is fast", async () => {
    show({ ...NOTHING, id: "f1", url: at("f1", HOUR_AGO) }, (turn) => at("f1", HOUR_AGO + 1, turn));
    await calm();
    expect(asked).toBe(1);
    expect(source()).toBe(at("f1", HOUR_AGO + 1, 1));
  });

  it("is asked for once more where that does not help, and then no more", async () => {
    show({ ...NOTHING, id: "f2", url: at("f2", HOUR_AGO) }, (turn) => at("f2", HOUR_AGO + turn, turn));
    await calm();
    breaks();
    await calm();
    expect([asked, source()]).toEqual([2, at("f2", HOUR_AGO + 2, 2)]);
    breaks();
    await calm();
    expect([asked, place.textContent]).toEqual([2, "failed"]);
  });

  it("fails where what was given is no address of ours", async () => {
    show({ ...NOTHING, id: "f3", url: "" }, () => "https://elsewhere.example/a.png");
    await calm();
    expect([asked, place.textContent]).toEqual([1, "failed"]);
  });
});

describe("a picture in a thread", () => {
  const later = Math.round(Date.now() / 1000) + 3600;
  const url = at("f4", later);
  afterEach(() => vi.unstubAllGlobals());

  it("is as small as the screen shows it", async () => {
    for (const [ratio, width] of [
      [1, 280],
      [1.25, 560],
      [2, 560],
      [3, 560],
    ]) {
      vi.stubGlobal("devicePixelRatio", ratio);
      show({ ...NOTHING, id: "f4", url }, at.bind(null, "f4", later), { small: true });
      expect(source()).toBe(`${url}&width=${width}`);
      render(null, place);
    }
  });

  it("is the whole where the small one cannot be had, and is asked for anew only then", async () => {
    show({ ...NOTHING, id: "f5", url: at("f5", later) }, (turn) => at("f5", later + turn, turn), { small: true });
    breaks();
    await calm();
    expect([asked, source()]).toEqual([0, at("f5", later)]);
    breaks();
    await calm();
    expect([asked, source()]).toEqual([1, `${at("f5", later + 1, 1)}&width=280`]);
  });

  it("is what the image host shows where it lies elsewhere", async () => {
    const thumbnail = "https://image.example/process/thumbnail?url=https%3A%2F%2Fx&width=640&height=640&sig=s";
    show({ ...NOTHING, id: null, url: thumbnail }, () => "", { small: true });
    expect(source()).toBe(thumbnail);
  });
});

describe("a picture that is looked at", () => {
  const later = Math.round(Date.now() / 1000) + 3600;

  it("is the whole, and the small one stands for it until it is there", () => {
    const url = at("f6", later);
    show({ ...NOTHING, id: "f6", url }, () => url, { eager: true });
    expect(source()).toBe(url);
    expect(place.querySelector("img.u-blur")?.getAttribute("src")).toBe(`${url}&width=280`);
  });

  it("has none before it of which only the middle is small", () => {
    const url = at("f7", later);
    show({ ...NOTHING, id: "f7", url, width: 1080, height: 8000 }, () => url, { eager: true });
    expect([source(), place.querySelector("img.u-blur")]).toEqual([url, null]);
  });
});
