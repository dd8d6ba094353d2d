// @vitest-environment happy-dom
import { Refusal } from "@halloo/core";
import type { Attachment } from "@halloo/core/uploads.ts";
import { describe, expect, it } from "vitest";
import { filesOf, keepPage, pastesFiles } from "./given.ts";
import { problemText, readWords, stateText } from "./words.ts";

const file = new File(["abcd"], "a.png", { type: "image/png" });
const item = (fields: Partial<Attachment>): Attachment => ({
  id: "a",
  thread: "c",
  file,
  kind: "file",
  more: {},
  state: "waiting",
  sent: 0,
  error: null,
  until: null,
  retryable: false,
  uploadId: null,
  wanted: false,
  ...fields,
});
const failed = (code: string, details: Record<string, unknown> = {}): Attachment =>
  item({ state: "failed", error: new Refusal(code, undefined, 0, details) });

const entry = (isDirectory: boolean) => ({
  kind: "file",
  getAsFile: () => file,
  webkitGetAsEntry: () => ({ isDirectory }),
});
const carried = (items: object[], types: string[] = ["Files"]): DataTransfer =>
  ({ items, types }) as unknown as DataTransfer;

describe("what is dropped and pasted", () => {
  it("is files, and folders are told apart", () => {
    const words = { kind: "string", getAsFile: () => null, webkitGetAsEntry: () => null };
    expect(filesOf(carried([entry(false), entry(true), words]))).toEqual({ files: [file], folders: 1 });
    expect(filesOf(null)).toEqual({ files: [], folders: 0 });
  });

  it("is words where an office program put a picture beside them", () => {
    expect(pastesFiles(carried([], ["Files"]))).toBe(true);
    expect(pastesFiles(carried([], ["text/plain", "Files"]))).toBe(true);
    expect(pastesFiles(carried([], ["text/html", "Files"]))).toBe(true);
    expect(pastesFiles(carried([], ["text/plain", "text/html", "Files"]))).toBe(false);
    expect(pastesFiles(carried([], ["text/plain"]))).toBe(false);
  });

  it("does not take the page's place where none is taken; words fall where they may", () => {
    const drop = (types: string[], on: Element = document.body): boolean => {
      const event = new Event("drop", { bubbles: true, cancelable: true });
      Object.defineProperty(event, "dataTransfer", { value: { types, dropEffect: "copy" } });
      on.dispatchEvent(event);
      return event.defaultPrevented;
    };
    const field = document.body.appendChild(document.createElement("input"));
    field.type = "file";
    const end = keepPage();
    expect(drop(["Files"], field)).toBe(false);
    expect(drop(["Files"])).toBe(true);
    expect(drop(["text/plain"])).toBe(false);
    end();
    expect(drop(["Files"])).toBe(false);
  });
});

describe("the sentences", () => {
  it("say why, and what to do", async () => {
    const t = await readWords("en");
    const why = (one: Attachment): string => problemText(t, "en", one);
    expect(why(failed("file_too_large", { max_bytes: 1024 * 1024 }))).toBe(
      "This file is too large. Please choose one of at most 1 MB.",
    );
    expect(why(failed("file_type", { types: ["audio", "pdf"] }))).toBe(
      "This kind of file cannot be sent here. These can: audio files and PDF.",
    );
    // Its kind is taken: refused was what lies inside.
    expect(why(failed("file_type", { types: ["image", "pdf"] }))).toBe(t("mismatch"));
    expect(why(failed("too_many_files", { most: 10 }))).toContain("At most 10 files");
    const codes = ["file_empty", "file_unreadable", "files_off", "image_refused", "upload_quota", "visitor_blocked"];
    const sentences = codes.map((code) => why(failed(code)));
    expect(new Set(sentences).size).toBe(codes.length);
    expect(sentences).not.toContain(t("failed"));
    expect(why(failed("whatever_comes"))).toBe(t("failed"));
  });

  it("say how far it is, and what is waited for", async () => {
    const t = await readWords("de");
    const state = (fields: Partial<Attachment>): string => stateText(t, "de", item(fields));
    expect(state({ state: "sending", sent: 1 })).toBe("25\u00a0% gesendet");
    expect(state({ error: new Refusal("offline") })).toBe(t("offline"));
    expect(state({ error: new Refusal("rate_limited") })).toBe(t("slow"));
    expect(state({ state: "done" })).toBe(t("ready"));
    expect(state({ state: "done", wanted: true })).toBe(t("waiting"));
  });

  it("are English where a language has none", async () => {
    expect((await readWords("tlh"))("empty")).toBe((await readWords("en"))("empty"));
  });
});
