import { beforeEach, describe, expect, it } from "vitest";
import type { PlacedSession } from "./session.ts";
import { createHub } from "./tab-hub.ts";

type Json = Record<string, unknown>;

const HERE = { epoch: "e", offset: 0 };
let placed: boolean;
let followed: string[];
let sent: [string, Json][];
let hub: ReturnType<typeof createHub>;

beforeEach(() => {
  placed = false;
  followed = [];
  sent = [];
  const real = {
    status: { kind: "live" },
    at: (stream: string) => (placed ? { stream, ...HERE } : null),
    follow: (stream: string) => followed.push(stream),
    unfollow: (stream: string) => {
      followed = followed.filter((other) => other !== stream);
    },
  } as unknown as PlacedSession;
  hub = createHub({ session: () => real, send: (to, frame) => sent.push([to, frame]) });
});

describe("a tab whose streams have no position yet", () => {
  it("is answered once where it connects anew, and for what it wants then", () => {
    hub.take("a", { t: "connect", streams: [{ id: "v:1" }] });
    hub.take("a", { t: "connect", streams: [{ id: "v:1" }, { id: "c:1", ...HERE }] });
    placed = true;
    hub.placed("v:1");
    expect(sent.map(([, { t }]) => t)).toEqual(["connected", "live"]);
    expect(sent[0]?.[1]["streams"]).toMatchObject([{ id: "v:1" }, { id: "c:1" }]);
  });

  it("is not answered once it is gone, and nothing is followed for it", () => {
    hub.take("a", { t: "connect", streams: [{ id: "v:1" }] });
    hub.gone("a");
    placed = true;
    hub.placed("v:1");
    expect(sent).toEqual([]);
    expect(followed).toEqual([]);
    hub.take("a", { t: "subscribe", id: "1", streams: [{ id: "v:1" }] });
    expect(sent).toEqual([["a", { t: "close" }]]);
  });
});
