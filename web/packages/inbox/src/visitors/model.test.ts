import { describe, expect, it } from "vitest";
import type { LiveVisitor } from "../data/types.ts";
import {
  applyNews,
  arrange,
  compare,
  EVERYBODY,
  flagOf,
  matching,
  placeOf,
  replaceAll,
  SORTS,
  standStill,
  tally,
} from "./model.ts";

const one = (id: string, more: Partial<LiveVisitor> = {}): LiveVisitor => ({
  visitor_id: id,
  widget_id: "w",
  name: null,
  since: "2026-11-28T10:00:00Z",
  source: "Direct",
  device: { browser: "Firefox", os: "Linux", kind: "desktop" },
  state: "online",
  ...more,
});
const at = (url: string, title = ""): NonNullable<LiveVisitor["page"]> => ({
  url,
  title,
  referrer: "",
  at: "2026-11-28T10:00:00Z",
});
const map = (...all: LiveVisitor[]) => new Map(all.map((visitor) => [visitor.visitor_id, visitor]));
const ids = (rows: { rows: readonly { visitor: LiveVisitor }[] }) => rows.rows.map(({ visitor }) => visitor.visitor_id);

describe("news", () => {
  it("puts visitors in, replaces them and takes them out, and leaves the others the same objects", () => {
    const before = map(one("a"), one("b"));
    const after = applyNews(before, { set: [one("a", { state: "away" }), one("c")], gone: ["b", "x"] });
    expect([...after.keys()]).toEqual(["a", "c"]);
    expect(after.get("a")?.state).toBe("away");
    expect(before.get("a")?.state).toBe("online");
  });

  it("is no change where nothing is new", () => {
    const before = map(one("a"));
    expect(applyNews(before, { set: [], gone: ["x"] })).toBe(before);
  });

  it("keeps whoever is the same when the list is read again", () => {
    const before = map(one("a"), one("b"));
    const after = replaceAll(before, [one("a"), one("c")]);
    expect(after.get("a")).toBe(before.get("a"));
    expect([...after.keys()]).toEqual(["a", "c"]);
  });
});

describe("finding", () => {
  const all = map(
    one("a", { name: "José Ríos", country: "DE", city: "Köln", page: at("https://shop.example/mugs?x=1", "Mugs") }),
    one("b", { country: "JP", source: "Google", page: at("https://shop.example/cart") }),
    one("c", {}),
  );
  const find = (wish: object) => matching(all, { ...EVERYBODY, ...wish }).map(({ visitor_id }) => visitor_id);

  it("looks at names, pages, sources, places and devices, whatever the accents, every word", () => {
    expect(find({ text: "jose" })).toEqual(["a"]);
    expect(find({ text: "koln MUGS" })).toEqual(["a"]);
    expect(find({ text: "germany" })).toEqual(["a"]);
    expect(find({ text: "google cart" })).toEqual(["b"]);
    expect(find({ text: "firefox" })).toEqual(["a", "b", "c"]);
    expect(find({ text: "mugs nowhere" })).toEqual([]);
  });

  it("filters by country and by page", () => {
    expect(find({ country: "JP" })).toEqual(["b"]);
    expect(find({ page: "shop.example/mugs" })).toEqual(["a"]);
    expect(placeOf(one("x", { page: at("not an address") }))).toBeNull();
  });

  it("counts what visitors have in common", () => {
    expect(tally(all, (visitor) => visitor.country, 1)).toEqual([{ id: "DE", count: 1 }]);
  });
});

describe("order", () => {
  const early = one("a", { since: "2026-11-28T09:00:00Z", name: "zoe" });
  const late = one("b", { since: "2026-11-28T11:00:00Z" });
  const named = one("c", { name: "Ada" });

  it("is by arrival or by name, nameless last, and always total", () => {
    const sorted = (sort: (typeof SORTS)[number]) =>
      [early, late, named].sort(compare(sort)).map(({ visitor_id }) => visitor_id);
    expect(sorted("newest")).toEqual(["b", "c", "a"]);
    expect(sorted("longest")).toEqual(["a", "c", "b"]);
    expect(sorted("name")).toEqual(["c", "a", "b"]);
    for (const sort of SORTS) expect(compare(sort)(one("x"), one("y"))).not.toBe(0);
  });
});

describe("rows that stand still", () => {
  it("show what changed in its place, who left where they were, and count who came", () => {
    const first = map(one("a"), one("b"), one("c"));
    const before = arrange(first, EVERYBODY);
    const after = applyNews(first, { set: [one("b", { name: "Ada" }), one("d"), one("e")], gone: ["c"] });
    const still = standStill(before, after, EVERYBODY);
    expect(ids(still)).toEqual(ids(before));
    expect(still.fresh).toBe(2);
    expect(still.rows.find(({ visitor }) => visitor.visitor_id === "b")?.visitor.name).toBe("Ada");
    expect(still.rows.find(({ visitor }) => visitor.visitor_id === "c")?.gone).toBe(true);
    const unchanged = still.rows.find(({ visitor }) => visitor.visitor_id === "a");
    expect(unchanged).toBe(before.rows.find(({ visitor }) => visitor.visitor_id === "a"));
  });

  it("are the very same rows where nothing happened, and take back who returns", () => {
    const first = map(one("a"), one("b"));
    const before = arrange(first, EVERYBODY);
    expect(standStill(before, first, EVERYBODY)).toBe(before);
    const left = standStill(before, map(one("a")), EVERYBODY);
    const back = standStill(left, first, EVERYBODY);
    expect(back.rows.some(({ gone }) => gone)).toBe(false);
  });

  it("count only those who fit", () => {
    const before = arrange(map(one("a", { country: "DE" })), { ...EVERYBODY, country: "DE" });
    const all = map(one("a", { country: "DE" }), one("b", { country: "JP" }));
    expect(standStill(before, all, { ...EVERYBODY, country: "DE" }).fresh).toBe(0);
  });
});

describe("five thousand", () => {
  it("are filtered, sorted and brought up to date in milliseconds", () => {
    const many = Array.from({ length: 5000 }, (_, n) =>
      one(`v${n}`, {
        since: new Date(1.7e12 + ((n * 7919) % 5000) * 1000).toISOString(),
        name: n % 3 === 0 ? `Name ${n}` : null,
        page: at(`https://shop.example/p/${n % 100}`, `Product ${n % 100}`),
      }),
    );
    let all = replaceAll(new Map(), many);
    matching(all, { ...EVERYBODY, text: "warm" });
    const began = performance.now();
    for (let round = 0; round < 20; round += 1) {
      all = applyNews(all, { set: [one(`v${round}`, { state: "away" })], gone: [] });
      arrange(all, { ...EVERYBODY, text: "product" });
    }
    expect((performance.now() - began) / 20).toBeLessThan(60);
  });
});

describe("flags", () => {
  it("are made of two letters and of nothing else", () => {
    expect(flagOf("DE")).toBe("🇩🇪");
    expect(flagOf("<b>")).toBe("");
  });
});
