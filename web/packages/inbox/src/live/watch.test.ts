import { afterEach, describe, expect, it } from "vitest";
import { hear, lineChanged, type News, watch } from "./watch.ts";

const frames: object[] = [];
const line = (frame: object): boolean => frames.push(frame) > 0;
const visitor = (visitor_id: string) => ({ visitor_id }) as News["set"][number];

afterEach(() => {
  lineChanged(null);
  frames.length = 0;
});

describe("watching visitors", () => {
  it("is said once however many screens look, and taken back by the last", () => {
    lineChanged(line);
    const first = watch("visitors", { onNews: () => undefined });
    const second = watch("visitors", { onNews: () => undefined });
    first();
    first();
    expect(frames).toEqual([{ t: "watch", what: "visitors", on: true }]);
    second();
    expect(frames.at(-1)).toEqual({ t: "watch", what: "visitors", on: false });
  });

  it("is said anew to each line, and whoever looks hears that one is there", () => {
    let lines = 0;
    const done = watch("visitors", {
      onNews: () => undefined,
      onLine: () => {
        lines += 1;
      },
    });
    expect([frames.length, lines]).toEqual([0, 0]);
    lineChanged(line);
    lineChanged(null);
    lineChanged(line);
    expect([frames.length, lines]).toEqual([2, 2]);
    done();
  });

  it("hands news to those whom it concerns", () => {
    const all: News[] = [];
    const mine: News[] = [];
    const done = [
      watch("visitors", { onNews: (news) => void all.push(news) }),
      watch("visitor:a", { onNews: (news) => void mine.push(news) }),
    ];
    hear({ set: [visitor("a"), visitor("b")], gone: ["c"] });
    hear({ set: [], gone: ["c"] });
    hear({ set: [], gone: ["a"] });
    expect(all).toHaveLength(3);
    expect(mine).toEqual([
      { set: [visitor("a")], gone: [] },
      { set: [], gone: ["a"] },
    ]);
    for (const end of done) end();
  });
});
