import { expect, it } from "vitest";
import { markedParts } from "./marks.ts";

it("cuts an excerpt at its marks, counting characters and not halves of them", () => {
  expect(
    markedParts("😀 blue and blue", [
      [2, 6],
      [11, 15],
    ]),
  ).toEqual([
    { text: "😀 ", marked: false },
    { text: "blue", marked: true },
    { text: " and ", marked: false },
    { text: "blue", marked: true },
  ]);
  expect(markedParts("plain", [])).toEqual([{ text: "plain", marked: false }]);
});
