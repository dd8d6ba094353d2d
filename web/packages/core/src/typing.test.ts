import { describe, expect, it } from "vitest";
import { FakeClock } from "./testing.ts";
import { createTypingBoard, createTypingReporter, TYPING_LIFE_MS } from "./typing.ts";

describe("what we say", () => {
  it("says start now and then, and stop after a pause", async () => {
    const clock = new FakeClock();
    const said: string[] = [];
    const reporter = createTypingReporter(clock, (frame) => said.push(frame.state), false);
    for (let second = 0; second < 6; second += 1) {
      reporter.input("c", "hello");
      await clock.pass(1000);
    }
    expect(said).toEqual(["start", "start"]);
    await clock.pass(5000);
    expect(said).toEqual(["start", "start", "stop"]);
  });

  it("stops at once when the text is gone, and says nothing twice", () => {
    const said: string[] = [];
    const reporter = createTypingReporter(new FakeClock(), (frame) => said.push(frame.state), false);
    reporter.stop();
    reporter.input("c", "h");
    reporter.input("c", "");
    reporter.stop();
    expect(said).toEqual(["start", "stop"]);
  });

  it("sends the last 256 characters where that is allowed", () => {
    const excerpts: (string | undefined)[] = [];
    const reporter = createTypingReporter(new FakeClock(), ({ excerpt }) => excerpts.push(excerpt), true);
    reporter.input("c", `${"a".repeat(300)}b`);
    expect(excerpts[0]).toHaveLength(256);
    expect(excerpts[0]?.endsWith("b")).toBe(true);
  });

  it("shows the end of what was typed, with more than a second between two, and the last one twice", async () => {
    const clock = new FakeClock();
    const said: { excerpt: string | undefined; at: number }[] = [];
    const reporter = createTypingReporter(clock, ({ excerpt }) => said.push({ excerpt, at: clock.now() }), true);
    const text = "Is it watertight";
    for (let length = 1; length <= text.length; length += 1) {
      reporter.input("c", text.slice(0, length));
      await clock.pass(120);
    }
    await clock.pass(4_000);
    expect(said.map(({ excerpt }) => excerpt)).toEqual(["I", "Is it water", text, text]);
    for (const [index, { at }] of said.slice(1).entries()) expect(at - (said[index]?.at ?? 0)).toBeGreaterThan(1_000);
    await clock.pass(5_000);
    expect(said.at(-1)?.excerpt).toBeUndefined();
    expect(said).toHaveLength(5);
  });

  it("says nothing of what was sent meanwhile", async () => {
    const clock = new FakeClock();
    const said: (string | undefined)[] = [];
    const reporter = createTypingReporter(clock, ({ excerpt }) => said.push(excerpt), true);
    reporter.input("c", "h");
    reporter.input("c", "hello");
    reporter.stop();
    await clock.pass(10_000);
    expect(said).toEqual(["h", undefined]);
  });
});

describe("what we know", () => {
  it("forgets after ten seconds", async () => {
    const clock = new FakeClock();
    let changes = 0;
    const board = createTypingBoard<string>(clock, () => {
      changes += 1;
    });
    board.set("c", "ada", "Ada");
    await clock.pass(TYPING_LIFE_MS - 1);
    board.set("c", "ada", "Ada");
    await clock.pass(TYPING_LIFE_MS - 1);
    expect(board.list("c")).toEqual(["Ada"]);
    await clock.pass(1);
    expect(board.list("c")).toEqual([]);
    expect(changes).toBe(3);
  });
});
