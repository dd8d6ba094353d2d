// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { listenForKeys, useCommands } from "./commands.ts";
import { PAIR_MS } from "./keys.ts";

const ran = vi.fn();
let stop = () => {};

function Screen() {
  useCommands([{ id: "go.visitors", section: "go", label: "Visitors", keys: "g v", run: ran }]);
  return null;
}

function press(key: string, at: number): void {
  const event = new KeyboardEvent("keydown", { key });
  Object.defineProperty(event, "timeStamp", { value: at });
  dispatchEvent(event);
}

beforeEach(() => {
  ran.mockReset();
  stop = listenForKeys();
  render(<Screen />, document.body);
});

afterEach(() => {
  render(null, document.body);
  stop();
});

describe("the keys of a screen", () => {
  it("work in the very moment in which it appears", () => {
    press("g", 100);
    press("v", 200);
    expect(ran).toHaveBeenCalledTimes(1);
  });

  it("pair by when they were pressed, not by when a busy page hears of them", () => {
    const now = vi.spyOn(Date, "now");
    now.mockReturnValue(0);
    press("g", 100);
    now.mockReturnValue(10 * PAIR_MS);
    press("v", 200);
    expect(ran).toHaveBeenCalledTimes(1);
    press("g", 1_000);
    press("v", 1_001 + PAIR_MS);
    expect(ran).toHaveBeenCalledTimes(1);
    now.mockRestore();
  });
});
