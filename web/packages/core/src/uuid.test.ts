import { afterEach, expect, it, vi } from "vitest";
import { uuid } from "./uuid.ts";

afterEach(() => vi.unstubAllGlobals());

it("makes ids without a secure context, each another", () => {
  const { getRandomValues } = crypto;
  vi.stubGlobal("crypto", { getRandomValues: getRandomValues.bind(crypto) });
  const made = Array.from({ length: 200 }, uuid);
  expect(made.filter((one) => !/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/.test(one))).toEqual([]);
  expect(new Set(made).size).toBe(200);
});
