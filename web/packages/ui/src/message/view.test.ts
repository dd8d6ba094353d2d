import { describe, expect, it } from "vitest";
import { held, MOST_SCALE, moved, swipeOf, WHOLE, zoomed } from "./view.ts";

const sizes = { stage: { width: 400, height: 600 }, picture: { width: 400, height: 300 } };

describe("a picture that is looked at", () => {
  it("keeps what is under the pointer where it is", () => {
    const at = { x: 120, y: -40 };
    const before = zoomed(WHOLE, 4, { x: 0, y: 0 }, sizes);
    const after = zoomed(before, 6, at, sizes);
    const place = (view: typeof before) => ({ x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale });
    expect(place(after).x).toBeCloseTo(place(before).x);
    expect(place(after).y).toBeCloseTo(place(before).y);
  });

  it("is never smaller than whole and never larger than eight times", () => {
    expect(zoomed(WHOLE, 0.2, { x: 50, y: 50 }, sizes)).toEqual(WHOLE);
    expect(zoomed(WHOLE, 100, { x: 0, y: 0 }, sizes).scale).toBe(MOST_SCALE);
  });

  it("moves as far as its edges", () => {
    const close = zoomed(WHOLE, 3, { x: 0, y: 0 }, sizes);
    expect(moved(close, 10_000, 10_000, sizes)).toEqual({ scale: 3, x: 400, y: 150 });
    expect(moved(close, -10_000, 0, sizes).x).toBe(-400);
    // What is lower than the stage stays in its middle.
    expect(held({ scale: 2, x: 0, y: 80 }, sizes).y).toBe(0);
    expect(moved(WHOLE, 30, 30, sizes)).toEqual(WHOLE);
  });
});

it("a finger's way is read", () => {
  expect(swipeOf(-120, 10, 200)).toBe("left");
  expect(swipeOf(120, -10, 200)).toBe("right");
  expect(swipeOf(-35, 0, 50)).toBe("left");
  expect(swipeOf(-35, 0, 600)).toBeNull();
  expect(swipeOf(-5, 0, 1)).toBeNull();
  expect(swipeOf(10, 140, 300)).toBe("close");
  expect(swipeOf(10, -140, 300)).toBeNull();
});
