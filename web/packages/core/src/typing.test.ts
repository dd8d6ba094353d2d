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
