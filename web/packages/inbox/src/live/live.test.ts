// @vitest-environment happy-dom
import { FakeSocket } from "@halloo/core/testing.ts";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { client } from "../data/query.ts";
import type { MeView } from "../data/types.ts";
import { goLive } from "./live.ts";

const ME = { workspace: { id: "ws" }, operator: { id: "me" }, scopes: [] } as unknown as MeView;
let sockets: FakeSocket[];
let head: number;
let broken: boolean;

const line = (): FakeSocket => sockets.at(-1) as FakeSocket;

function accept(recovered: boolean): void {
  line().onopen?.();
  const streams = [{ id: "w:ws", epoch: "e", offset: head, recovered }];
  line().say({ t: "connected", session: "s", ping_s: 25, streams }, { t: "live" });
}

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  head = 5;
  broken = false;
  vi.stubGlobal(
    "WebSocket",
    class extends FakeSocket {
      constructor(address: string) {
        super(address);
        sockets.push(this);
      }
    },
  );
  vi.stubGlobal("fetch", async (path: string) => {
    const json = path.endsWith("/relay-token")
      ? { token: "t", expires_in: 900 }
      : { data: [], next_cursor: null, position: { stream: "w:ws", epoch: "e", offset: head } };
    const status = broken ? 503 : 200;
    return { status, headers: { get: () => null }, text: async () => JSON.stringify(json) };
  });
});

afterEach(() => {
  client.clear();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("goes on from a snapshot after a loss, also where the first ones cannot be had", async () => {
  const close = goLive(ME);
  await vi.advanceTimersByTimeAsync(0);
  accept(true);
  expect(line().sent[0]).toMatchObject({ streams: [{ id: "w:ws", offset: 5 }] });
  line().break(1006);
  await vi.advanceTimersByTimeAsync(500);
  head = 900;
  broken = true;
  accept(false);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(line().last("subscribe")).toBeUndefined();
  broken = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(line().last("subscribe")).toMatchObject({ streams: [{ id: "w:ws", epoch: "e", offset: 900 }] });
  close();
});
