import { afterEach, expect, it, vi } from "vitest";
import type { MeView } from "../data/types.ts";
import { type FileWords, lineOf, openOutbox, send, sending } from "./outbox.ts";

const ME = { operator: { id: "o1", name: "Ada" }, workspace: { id: "w1", name: "Kiln" } } as MeView;
const FILE: FileWords = {
  type: "file",
  content: { upload_id: "u1" },
  shown: { name: "invoice.pdf", type: "application/pdf", size: 1200 },
};

afterEach(() => vi.unstubAllGlobals());

it("a file goes as its upload, without what only the thread shows of it; a note with whom it mentions", async () => {
  const told: Record<string, unknown>[] = [];
  vi.stubGlobal("fetch", async (_url: string, init: { body: string }) => {
    told.push(JSON.parse(init.body) as Record<string, unknown>);
    return new Response(JSON.stringify({ message: {} }), { status: 201 });
  });
  openOutbox(ME);
  expect(send("c1", FILE, "Ada")).toBe(true);
  expect(sending.get()[0]?.message).toEqual(FILE);
  expect(send("c1", { type: "note", content: "Look, @Grace", mentions: ["o2"] }, "Ada")).toBe(true);
  await vi.waitFor(() => expect(sending.get()).toEqual([]));
  const [file, note] = told.map(({ client_id, ...rest }) => rest);
  expect(file).toEqual({ type: "file", content: { upload_id: "u1" } });
  expect(note).toEqual({ type: "note", content: "Look, @Grace", mentions: ["o2"] });
});

it("what is on its way is named; a recording has no words", () => {
  expect(lineOf(FILE)).toBe("invoice.pdf");
  expect(lineOf({ ...FILE, type: "audio" })).toBe("");
  expect(lineOf({ type: "text", content: "Hello", mentions: [] })).toBe("Hello");
});
