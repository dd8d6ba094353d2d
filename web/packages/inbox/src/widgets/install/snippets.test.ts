import { describe, expect, it } from "vitest";
import { evergreenTag, PAGES, type PageKind, pinnedTag, policyLines, snippetOf } from "./snippets.ts";

const ORIGIN = "https://chat.example";
const EMBED = {
  loader_url: `${ORIGIN}/public/embed/`,
  pinned_url: `${ORIGIN}/public/loader/ab12.js`,
  integrity: "sha384-oqVu",
};

const pinnedLine = (kind: PageKind): string => {
  const tag = pinnedTag("w1", EMBED);
  return tag === null ? "" : snippetOf(kind, tag);
};

describe("the line of code", () => {
  it("is one tag for plain pages, evergreen or pinned", () => {
    expect(snippetOf("html", evergreenTag("w1", ORIGIN))).toBe(
      '<script async src="https://chat.example/public/embed/w1"></script>',
    );
    expect(pinnedLine("html")).toBe(
      '<script async crossorigin="anonymous" src="https://chat.example/public/loader/ab12.js" integrity="sha384-oqVu" data-widget="w1"></script>',
    );
  });

  it.each(PAGES)("in %s says where the loader lies and, pinned, everything that proves it", (kind) => {
    expect(snippetOf(kind, evergreenTag("w1", ORIGIN))).toContain(`${ORIGIN}/public/embed/w1`);
    const pinned = pinnedLine(kind);
    for (const part of [EMBED.pinned_url, EMBED.integrity, "anonymous", "data-widget", "w1"])
      expect(pinned).toContain(part);
  });

  it("has no pinned form where no file was built", () => {
    expect(pinnedTag("w1", { ...EMBED, pinned_url: null, integrity: null })).toBeNull();
  });

  it("needs connect-src only where the page itself asks", () => {
    expect(policyLines(ORIGIN, false)).toBe(`script-src ${ORIGIN};\nframe-src ${ORIGIN};`);
    expect(policyLines(ORIGIN, true)).toContain(`connect-src ${ORIGIN};`);
  });
});
