// @vitest-environment happy-dom
import { settle } from "@halloo/core/testing.ts";
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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

function show(file: FileContent, given: (turn: number) => string): void {
  const renew = async (): Promise<string> => {
    asked += 1;
    return given(asked);
  };
  render(<FilePicture file={file} alt="" renew={renew} failed={() => <i>failed</i>} />, place);
}
const source = (): string | null | undefined => place.querySelector("img")?.getAttribute("src");
const breaks = (): unknown => place.querySelector("img")?.dispatchEvent(new Event("error"));

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
