import { describe, expect, it } from "vitest";
import { createApi } from "./api.ts";
import type { Fetch } from "./ports.ts";

const answer = (status: number, text: () => Promise<string>) => ({ status, headers: { get: () => null }, text });
const ask = (fetch: Fetch) => createApi({ fetch, base: "/core" })("GET", "/me");

describe("an API call", () => {
  it("gives the answer's JSON, and nothing for an answer without a body", async () => {
    await expect(ask(async () => answer(200, async () => `{"id":1}`))).resolves.toEqual({ id: 1 });
    await expect(ask(async () => answer(204, async () => ""))).resolves.toEqual({});
  });

  it("is offline where the line breaks, also in the middle of a good answer", async () => {
    await expect(ask(() => Promise.reject(new TypeError()))).rejects.toMatchObject({ code: "offline", passing: true });
    const cut = ask(async () => answer(200, () => Promise.reject(new TypeError())));
    await expect(cut).rejects.toMatchObject({ code: "offline" });
  });

  it("does not wait for ever for a server that says nothing", async () => {
    let signal: AbortSignal | undefined;
    await ask(async (_url, init) => {
      signal = init.signal;
      return answer(200, async () => "{}");
    });
    expect(signal?.aborted).toBe(false);
  });
});
