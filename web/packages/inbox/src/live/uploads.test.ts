import { afterEach, expect, it, vi } from "vitest";
import type { MeView } from "../data/types.ts";
import { attachments, openUploads, uploads } from "./uploads.ts";

const ME = { operator: { id: "o1", name: "Ada" }, workspace: { id: "w1", name: "Kiln" } } as MeView;

afterEach(() => {
  uploads.clear();
  vi.unstubAllGlobals();
});

it("an operator is told at once what the server would refuse, and no file of that kind is announced", async () => {
  vi.stubGlobal("addEventListener", () => {});
  vi.stubGlobal("removeEventListener", () => {});
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string, { method }: { method: string }) => {
    asked.push(`${method} ${url}`);
    return new Response(JSON.stringify({ max_bytes: 8, types: ["text", "image"] }), { status: 200 });
  });
  const close = openUploads(ME);
  await vi.waitFor(() => expect(asked).toEqual(["GET /core/uploads/rules"]));
  await new Promise((next) => setTimeout(next));
  uploads.add("c1", [new File(["nine bytes"], "a.txt"), new File(["film"], "b.mp4", { type: "video/mp4" })]);
  expect(attachments.get().map(({ state, error }) => [state, error?.code, error?.details])).toEqual([
    ["failed", "file_too_large", { max_bytes: 8 }],
    ["failed", "file_type", { types: ["text", "image"] }],
  ]);
  expect(asked).toHaveLength(1);
  close();
});
