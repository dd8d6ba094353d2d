import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { forgetKept, hasKept, keep, keptThreads, type Made, moveKept, onKeep, takeKept } from "./kept.ts";

const MADE: Made = { file: new File(["sound"], "voice.webm"), more: { duration: 3, waveform: [9] } };
let guards: number;

beforeEach(() => {
  guards = 0;
  vi.stubGlobal("addEventListener", () => {
    guards = 1;
  });
  vi.stubGlobal("removeEventListener", () => {
    guards = 0;
  });
});

afterEach(() => {
  forgetKept();
  vi.unstubAllGlobals();
});

it("a recording waits in its own thread, is taken up once, and a reload asks as long as one waits", async () => {
  keep("a", Promise.resolve(MADE));
  keep("b", Promise.resolve(MADE));
  expect([keptThreads(), guards]).toEqual([["a", "b"], 1]);
  expect(await takeKept("a")).toBe(MADE);
  expect([hasKept("a"), takeKept("a"), guards]).toEqual([false, null, 1]);
  forgetKept();
  expect([keptThreads(), guards]).toEqual([[], 0]);
});

it("what was none is forgotten, and takes no later one with it", async () => {
  const slip = Promise.reject(new Error("too short"));
  keep("a", slip);
  await slip.catch(() => undefined);
  expect([hasKept("a"), guards]).toEqual([false, 0]);
  const late = Promise.reject(new Error("too short"));
  keep("a", late);
  keep("a", Promise.resolve(MADE));
  await late.catch(() => undefined);
  expect(hasKept("a")).toBe(true);
});

it("one goes along when its thread gets a name, and only those of who is here now are left", async () => {
  keep("1 new", Promise.resolve(MADE));
  keep("2 other", Promise.resolve(MADE));
  moveKept("1 new", "1 named");
  moveKept("1 nothing", "1 somewhere");
  expect(keptThreads()).toEqual(["2 other", "1 named"]);
  forgetKept((thread) => thread.startsWith("1 "));
  expect([keptThreads(), guards]).toEqual([["1 named"], 1]);
  expect(await takeKept("1 named")).toBe(MADE);
  expect(guards).toBe(0);
});

it("who is there when one begins to wait is told, until they leave", () => {
  const heard: string[] = [];
  const leave = onKeep((thread) => heard.push(thread));
  keep("a", Promise.resolve(MADE));
  leave();
  keep("b", Promise.resolve(MADE));
  expect(heard).toEqual(["a"]);
});
