import { expect, it } from "vitest";
import { sizeText } from "./size.ts";

it("says a size in the unit in which it is a small number", () => {
  expect(sizeText("en", 10 * 1024 * 1024)).toBe("10 MB");
  expect(sizeText("en", 1024 * 1024 * 2.44)).toBe("2.4 MB");
  expect(sizeText("en", 1023.7 * 1024)).toBe("1 MB");
  expect(sizeText("en", 1)).toBe("1 byte");
  expect(sizeText("de", 1536 * 1024)).toBe("1,5 MB");
  expect(sizeText("en", 3 * 1024 ** 4)).toBe("3 TB");
});
