import { describe, expect, it } from "vitest";
import { dragged } from "./drag.ts";

const rows = [0, 50, 100, 150].map((top) => ({ top, height: 44 }));

describe("a row that is dragged", () => {
  it("lands where its middle is, and the others make room", () => {
    expect(dragged(rows, 0, 60)).toEqual({ from: 0, to: 1, shifts: [60, -50, 0, 0] });
    expect(dragged(rows, 3, -120)).toEqual({ from: 3, to: 1, shifts: [0, 50, 50, -120] });
    expect(dragged(rows, 1, 10)).toEqual({ from: 1, to: 1, shifts: [0, 10, 0, 0] });
  });

  it("stays within the list", () => {
    expect(dragged(rows, 1, 900).to).toBe(3);
    expect(dragged(rows, 2, -900).to).toBe(0);
  });
});
