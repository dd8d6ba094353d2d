import { describe, expect, it } from "vitest";
import { partsOf, spoken } from "./parts.ts";
import { readAddress, readPaste } from "./paste.ts";
import { translated } from "./said.tsx";
import { gravityOf, MARK_OF, stateOf } from "./state.ts";
import { readTable } from "./table.ts";
import { isTrouble } from "./trouble.ts";
import type { ReportGroup } from "./types.ts";
import { causeWords, fixWords, reportWords } from "./words.tsx";

const C = "https://client.chat.example";
const groupOf = (fields: Partial<ReportGroup> = {}): ReportGroup => ({
  id: "g",
  first_seen: "2026-11-24T09:00:00Z",
  last_seen: "2026-11-29T09:00:00Z",
  count: 1,
  page: "https://shop.example/checkout",
  disposition: "enforce",
  directive: "frame-src",
  blocked: C,
  source: null,
  sample: null,
  policy: "frame-src 'none'",
  kind: "ours",
  muted: false,
  verdict: { blocks: true, level: "required", text: "", line: `frame-src ${C}` },
  ...fields,
});

describe("what was pasted", () => {
  it.each([
    ["", "nothing"],
    ["default-src 'self'", "policy"],
    ["HTTP/2 200\ncontent-security-policy: default-src 'self'", "headers"],
    ["< Content-Security-Policy: frame-src *", "headers"],
    ['<meta http-equiv="Content-Security-Policy" content="default-src *">', "meta"],
    ["<!doctype html><title>x</title>", "html"],
  ])("%j is %s", (text, as) => expect(readPaste(text).as).toBe(as));

  it("keeps two headers of a name apart and joins a folded one", () => {
    const { ask } = readPaste(
      "Content-Security-Policy: a\n  b\ncontent-security-policy: c\nServer: x\nPermissions-Policy: camera=()",
    );
    expect(ask).toEqual({ headers: ["a b", "c"], permissions_policy: ["camera=()"] });
  });

  it("takes a policy that names an address for no header", () => {
    expect(readPaste("connect-src https://a.example; report-uri https://b.example").as).toBe("policy");
  });

  it("completes an address, and refuses what is none of the web", () => {
    expect(readAddress("shop.example/a")).toBe("https://shop.example/a");
    for (const bad of ["", "a b", "file:///etc/passwd", "https://user:pw@shop.example/"])
      expect(readAddress(bad)).toBeNull();
  });
});

describe("the parts of a policy", () => {
  it("loses nothing of the text, and marks the first of a name alone", () => {
    const text = " Default-Src 'self';; frame-src 'none'; frame-src *;";
    const parts = partsOf(text, ["frame-src"]);
    expect(parts.map((part) => part.text).join("")).toBe(text);
    expect(parts.filter((part) => part.blocks).map((part) => part.text)).toEqual(["frame-src 'none';"]);
  });

  it("has none of an empty text", () => expect(partsOf("", ["a"])).toEqual([]));

  it("says an address without its scheme, unless it is another than usual", () => {
    expect(spoken("https://shop.example/")).toBe("shop.example");
    expect(spoken("http://shop.example/a")).toBe("http://shop.example/a");
  });
});

describe("how grave it is", () => {
  it("tells a page that was not checked from one that cannot be read", () => {
    expect(stateOf({ checked_at: null, verdict: null, error: null })).toBe("unknown");
    expect(stateOf({ checked_at: "2026-11-29T09:00:00Z", verdict: null, error: "no" })).toBe("unread");
    expect(stateOf({ checked_at: "2026-11-29T09:00:00Z", verdict: "ok", error: null })).toBe("ok");
  });

  it("tells what is blocked from what would be", () => {
    expect(gravityOf(groupOf())).toBe("required");
    const verdict = { blocks: false, level: "required", text: "", line: "x" } as const;
    expect(gravityOf(groupOf({ disposition: "report", verdict }))).toBe("would_required");
    expect(gravityOf(groupOf({ verdict: null }))).toBe("none");
    expect(MARK_OF[gravityOf(groupOf({ disposition: "report", verdict }))]).toBe("optional_blocked");
  });

  it("tells administrators only of what is blocked now, and not of what they muted", () => {
    expect(isTrouble(groupOf())).toBe(true);
    expect(isTrouble(groupOf({ muted: true }))).toBe(false);
    expect(isTrouble(groupOf({ disposition: "report" }))).toBe(false);
    expect(isTrouble(groupOf({ verdict: { blocks: true, level: "optional", text: "", line: null } }))).toBe(false);
  });
});

describe("words", () => {
  const fix = { kind: "add_source", directive: "frame-src", value: C, line: `frame-src ${C}`, note: "" } as const;
  const finding = {
    need: "host.frame",
    feature: "chat",
    level: "required",
    policy: 1,
    directive: "frame-src",
    decided_by: "default-src",
    blocked: C,
    reading: "both",
    fix,
    alternatives: [],
  } as const;

  it("say which directive decides in place of another", () => {
    expect(causeWords({ ...finding, alternatives: [] })).toBe(
      `There is no frame-src, so default-src decides. It does not allow ${C}.`,
    );
  });

  it("tell a nonce that the policy has from one that it needs", () => {
    expect(fixWords({ ...fix, kind: "nonce", line: '<script nonce="{NONCE}"></script>' })).toContain("Give the tag");
    expect(fixWords({ ...fix, kind: "nonce" })).toContain("the same nonce");
  });

  it("say of reports what they mean", () => {
    expect(reportWords(groupOf({ kind: "others" }), "none")).toBe("Not ours");
    expect(reportWords(groupOf({ verdict: null }), "none")).toBe("Too long to be judged");
    expect(reportWords(groupOf(), "required")).toBe("Blocks the chat");
  });
});

describe("what the server says", () => {
  it("is known with its values, and sentence by sentence", () => {
    expect(translated("Policy 3 has more warnings than the first 100, which are shown.")).toContain("Policy 3");
    const two = "The page's policy needs this name. In the header Permissions-Policy.";
    expect(translated(two)).toBe(two);
    expect(translated("Something new.")).toBeNull();
    expect(translated("The page's policy needs this name. Something new.")).toBeNull();
  });

  it("keeps the nonce's stand-in", () => {
    const said =
      "{NONCE} stands for a random value of at least 128 bits that your server makes anew for every answer, the same in policy and tag. A fixed one protects nobody.";
    expect(translated(said)).toBe(said);
  });
});

describe("a table", () => {
  it("is read with escaped bars", () => {
    expect(readTable("| a | b |\n| --- | --- |\n| 1 \\| 2 | `x` |")).toEqual({
      head: ["a", "b"],
      rows: [["1 | 2", "`x`"]],
    });
  });
});
