import { describe, expect, it } from "vitest";
import {
  changesOf,
  chosenOf,
  conversationIn,
  curlOf,
  draftOf,
  envelopeOf,
  fieldOf,
  gathered,
  grouped,
  hasKey,
  hasMoved,
  headerTrouble,
  isPlain,
  jsonPieces,
  maskedUrl,
  momentOf,
  phasesOf,
  pretty,
  rebased,
  totalsOf,
  urlParts,
  urlTrouble,
  withKey,
} from "./model.ts";
import { eventOf, hookOf } from "./testing.ts";
import type { Quarter } from "./types.ts";

describe("an address", () => {
  it("is told apart where it goes without encryption, and where it has a key", () => {
    expect(isPlain("http://a.example")).toBe(true);
    expect(isPlain("https://a.example/http://")).toBe(false);
    expect(hasKey("https://a.example/in?key=a2sDx_1")).toBe(true);
    expect(hasKey("https://a.example/in?api_token=x")).toBe(true);
    expect(hasKey("https://a.example/key?page=1")).toBe(false);
  });

  it("gets a key behind what is there already", () => {
    const bytes = new Uint8Array(18).fill(255);
    expect(withKey("https://a.example/in", bytes)).toBe(`https://a.example/in?key=${"_".repeat(24)}`);
    expect(withKey("https://a.example/in?a=1", bytes)).toBe(`https://a.example/in?a=1&key=${"_".repeat(24)}`);
    expect(withKey("https://a.example/in?", bytes)).toBe(`https://a.example/in?key=${"_".repeat(24)}`);
    expect(withKey("https://a.example")).not.toBe(withKey("https://a.example"));
  });

  it.each([
    ["https://a.example/in?key=KEY", null],
    ["http://a.example:8080", null],
    ["ftp://a.example", "url_scheme"],
    ["a.example", "url_scheme"],
    ["https://", "url_host"],
    ["https://a b/", "url_host"],
    ["https://me:pass@a.example", "url_userinfo"],
    ["https://a.example/#here", "url_fragment"],
  ])("%s: %s", (url, trouble) => expect(urlTrouble(url)).toBe(trouble));

  it("is parted, with http left in sight", () => {
    expect(urlParts("https://a.example:8443/in?key=1")).toEqual({ host: "a.example:8443", rest: "/in?key=1" });
    expect(urlParts("http://a.example/")).toEqual({ host: "http://a.example", rest: "" });
  });
});

describe("events", () => {
  const events = [
    eventOf("message:send", "messages"),
    eventOf("session:removed", "conversations"),
    eventOf("message:removed", "messages"),
  ];

  it("stand in their groups, in the order of the catalogue", () => {
    expect(grouped(events).map(({ group, events: members }) => [group, members.length])).toEqual([
      ["messages", 2],
      ["conversations", 1],
    ]);
  });

  it("are chosen all, some or none", () => {
    const members = grouped(events)[0]?.events ?? [];
    expect(chosenOf(members, new Set())).toBe("none");
    expect(chosenOf(members, new Set(["message:send", "session:removed"]))).toBe("some");
    expect(chosenOf(members, new Set(["message:send", "message:removed"]))).toBe("all");
  });
});

describe("a changed hook", () => {
  it("sends what differs alone; another order of events is no change", () => {
    const hook = hookOf({ events: ["message:send", "message:removed"] });
    const draft = draftOf(hook);
    expect(changesOf(hook, draft)).toEqual({});
    expect(changesOf(hook, { ...draft, events: ["message:removed", "message:send"] })).toEqual({});
    expect(changesOf(hook, { ...draft, name: "CRM", headers: { a: "1" } })).toEqual({
      name: "CRM",
      headers: { a: "1" },
    });
  });
});

describe("own headers", () => {
  it.each([
    ["X-Api-Key", "secret", null],
    ["Authorization", "Bearer x", null],
    ["Host", "a.example", "header_forbidden"],
    ["content-type", "text/plain", "header_forbidden"],
    ["Webhook-Id", "1", "header_forbidden"],
    ["X-Halloo-Test", "1", "header_forbidden"],
    ["webhook_signature", "1", "header_forbidden"],
    ["X Key", "1", "header_name"],
    ["", "1", "header_name"],
    ["X-Key", "", "header_value"],
    ["X-Key", "grüße", "header_value"],
    ["X-Key", "a\nb", "header_value"],
  ])("%s: %s is %s", (name, value, trouble) => expect(headerTrouble(name, value)).toBe(trouble));
});

describe("a day", () => {
  const quarter = (succeeded: number, failed: number, p95: number | null, at = "t"): Quarter => ({
    at,
    succeeded,
    failed,
    p95,
  });

  it("is added up, the slowest of its quarters standing for it", () => {
    expect(totalsOf([quarter(3, 0, 120), quarter(0, 2, null), quarter(1, 1, 340)])).toEqual({
      succeeded: 4,
      failed: 3,
      p95: 340,
    });
    expect(totalsOf([quarter(0, 0, null)])).toEqual({ succeeded: 0, failed: 0, p95: null });
  });

  it("is gathered into hours, without losing a call", () => {
    const day = Array.from({ length: 96 }, (_, index) => quarter(1, index % 2, null, String(index)));
    const hours = gathered(day, 4);
    expect(hours).toHaveLength(24);
    expect(hours[1]?.at).toBe("4");
    expect(totalsOf(hours)).toMatchObject({ succeeded: 96, failed: 48 });
  });
});

describe("bodies", () => {
  it("are laid out where they are JSON, and left alone where not", () => {
    expect(pretty('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(pretty("<html>")).toBe("<html>");
  });

  it("are cut into pieces that say the same together", () => {
    const text = '{"a": "x: \\"y\\" 1", "b": -1.5e3, "c": [true, null]}';
    const pieces = jsonPieces(text);
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
    const of = (kind: string) => pieces.filter((piece) => piece.kind === kind).map((piece) => piece.text);
    expect(of("key")).toEqual(['"a"', '"b"', '"c"']);
    expect(of("text")).toEqual(['"x: \\"y\\" 1"']);
    expect(of("number")).toEqual(["-1.5e3"]);
    expect(of("word")).toEqual(["true", "null"]);
  });

  it("have four keys in their order and no space, as hooks send them", () => {
    expect(
      envelopeOf("w", "message:removed", { website_id: "w", inbox_id: null, text: "Grüße </" }, 1506985696616),
    ).toBe(
      '{"website_id":"w","event":"message:removed","data":{"website_id":"w","inbox_id":null,"text":"Grüße </"},"timestamp":1506985696616}',
    );
  });
});

describe("a call for the shell", () => {
  const request = {
    method: "POST" as const,
    url: "https://a.example/in?key=***",
    headers: [
      ["Host", "a.example"],
      ["Content-Length", "9"],
      ["Content-Type", "application/json"],
    ] as [string, string][],
    body: `{"a":"it's"}`,
  };

  it("quotes what the shell would read, leaves out what curl adds, and fills in the masked key", () => {
    expect(curlOf(request, "https://a.example/in?key=KEY")).toBe(
      [
        "curl -g -i -X POST 'https://a.example/in?key=KEY'",
        "-H 'Content-Type: application/json'",
        `--data-binary '{"a":"it'\\''s"}'`,
      ].join(" \\\n  "),
    );
  });

  it("makes one call of an address with brackets, and runs nothing of what others have written", () => {
    const evil = "'; rm -rf ~ #`id`$(id)";
    const line = curlOf({ ...request, body: `{"a":"${evil}"}` }, "https://a.example/in?key=[1-9]{a,b}");
    expect(line).toContain("curl -g -i -X POST 'https://a.example/in?key=[1-9]{a,b}'");
    expect(line).toContain(`--data-binary '{"a":"'\\''; rm -rf ~ #\`id\`$(id)"}'`);
  });

  it("keeps the address of then where the hook has another one now", () => {
    expect(curlOf(request, "https://b.example/in?key=KEY")).toContain("https://a.example/in?key=***");
  });
});

describe("the time of an attempt", () => {
  it("is parted by what it took, the rest with it, and fills the bar", () => {
    const parts = phasesOf({ resolve: 0, connect: 20, tls: 30, answer: 140, total: 200 });
    expect(parts.map(({ phase, ms }) => [phase, ms])).toEqual([
      ["connect", 20],
      ["tls", 30],
      ["answer", 140],
      ["rest", 10],
    ]);
    expect(parts.reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1);
  });

  it("of nothing is no part", () =>
    expect(phasesOf({ resolve: 0, connect: 0, tls: 0, answer: 0, total: 0 })).toEqual([]));
});

describe("moments", () => {
  it("go through a field and back, to the minute", () => {
    const at = new Date(2026, 10, 28, 9, 5).getTime();
    expect(fieldOf(at)).toBe("2026-11-28T09:05");
    expect(momentOf(fieldOf(at))).toBe(new Date(at).toISOString());
    expect(momentOf("")).toBeNull();
  });
});

describe("what stands on a screen", () => {
  it("shows no value of a query", () => {
    expect(maskedUrl("https://a.example/in?key=a2sDx_1&page=&flag")).toBe("https://a.example/in?key=***&page=***&flag");
    expect(maskedUrl("https://a.example/in=1")).toBe("https://a.example/in=1");
  });

  it("finds the conversation in whatever was pasted", () => {
    const id = "01a224ee-ed7b-7dab-8b2b-e8f685a2b5e2";
    for (const text of [id, `session_${id}`, ` https://h.example/inbox/open/all/${id}?at=3 `, id.toUpperCase()])
      expect(conversationIn(text)).toBe(id);
    expect(conversationIn(" half-an-id ")).toBe("half-an-id");
  });
});

describe("two who edit a hook", () => {
  const before = hookOf({ version: 1, headers: { "X-A": "1" } });

  it("are in each other's way only where the form shows a difference", () => {
    expect(hasMoved(before, { ...before, version: 2, signing: "signed", last_call: "failed" })).toBe(false);
    expect(hasMoved(before, { ...before, version: 2, headers: {} })).toBe(true);
  });

  it("keep what only one of them changed; what both did is as it was stored first", () => {
    const now = hookOf({ ...before, name: "Theirs", ordered: "all" });
    const mine = { ...draftOf(before), name: "Mine", timeout_ms: 9000 };
    expect(rebased(before, now, mine)).toEqual({ ...draftOf(now), timeout_ms: 9000 });
  });
});
