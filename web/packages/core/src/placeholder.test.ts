import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readPlaceholder } from "./placeholder";

interface Vector {
  name: string;
  placeholder: string;
  columns: number;
  rows: number;
  pixels: number[][];
}

const FILE = new URL("../../../../tests/vectors/placeholders.json", import.meta.url);
const VECTORS = JSON.parse(readFileSync(FILE, "utf8")) as Vector[];

describe("placeholders", () => {
  for (const vector of VECTORS) {
    it(`reads ${vector.name}`, () => {
      const read = readPlaceholder(vector.placeholder, 12);
      expect(read).toBeDefined();
      expect([read?.width, read?.height]).toEqual([vector.columns * 2, vector.rows * 2]);
      const far = Math.max(...vector.pixels.flat().map((value, at) => Math.abs(value - (read?.data[at] ?? 1e9))));
      expect(far).toBeLessThanOrEqual(1);
    });
  }

  it("gives nothing for what is none", () => {
    for (const text of [
      "",
      "x",
      "AAAAAAAA",
      "!!!!!!!!!!",
      `${VECTORS[0]?.placeholder ?? ""}AAAA`,
      "-".repeat(200),
      "é".repeat(20),
    ]) {
      expect(readPlaceholder(text)).toBeUndefined();
    }
  });
});
