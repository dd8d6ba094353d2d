import { describe, expect, it } from "vitest";
import type { LiveVisitor, VisitorView } from "../data/types.ts";
import { withLive } from "./use-live-visitor.ts";

const page = (url: string) => ({ url, title: "", referrer: "", at: "2026-11-28T10:00:00Z" });
const known = {
  id: "v",
  online: true,
  pages: [page("https://shop.example/")],
  last_seen_at: "x",
} as unknown as VisitorView;
const live = (more: object) => ({ visitor_id: "v", state: "online", ...more }) as LiveVisitor;
const NOW = "2026-11-28T10:05:00Z";

describe("a visitor who is looked at", () => {
  it("is the same where nothing changed", () => {
    expect(withLive(known, live({ page: page("https://shop.example/") }), NOW)).toBe(known);
    expect(withLive(known, live({}), NOW)).toBe(known);
  });

  it("moves on, looks away and goes", () => {
    const moved = withLive(known, live({ page: page("https://shop.example/cart"), state: "away" }), NOW);
    expect(moved.pages.map(({ url }) => url)).toEqual(["https://shop.example/cart", "https://shop.example/"]);
    expect(moved.online).toBe(false);
    expect(withLive(known, null, NOW)).toMatchObject({ online: false, last_seen_at: NOW });
  });

  it("keeps ten pages at most", () => {
    const long = { ...known, pages: Array.from({ length: 10 }, (_, n) => page(`https://shop.example/${n}`)) };
    expect(withLive(long, live({ page: page("https://shop.example/new") }), NOW).pages).toHaveLength(10);
  });
});
