import { describe, expect, it } from "vitest";
import { type Envelope, signature } from "./envelope.ts";

const message = (type: string, data: unknown, rest: object = {}): Envelope =>
  ({ v: 1, wid: "w", type, seq: 1, data, ...rest }) as Envelope;
const read = (value: unknown, last = 0): string | false => signature(value as Envelope, "w", last);

describe("the signature of what the frame says", () => {
  it.each([
    ["ready", { part: "core" }, "ready parts"],
    ["resize", { width: 400, height: 600 }, "resize widthn,heightn"],
    ["open", {}, "open "],
    ["unread", { count: 0, preview: null }, "unread countn,previewo"],
    ["unread", { count: 2, preview: { author: "Grace", text: "Hi" } }, "unread countn,previewauthors,texts"],
    ["event", { name: "message_sent", detail: { conversation_id: "c", deep: { er: [1] } } }, "event names,detailo"],
    ["result", { call: 3, ok: true, error: null }, "result calln,okb,erroro"],
    ["result", { call: 3, ok: false, error: "identity_off" }, "result calln,okb,errors"],
    ["failed", { code: "widget_not_found" }, "failed codes"],
  ])("%s %j", (type, data, expected) => {
    expect(read(message(type, data))).toBe(expected);
  });

  it.each([
    ["another version", message("open", {}, { v: 2 })],
    ["another widget", message("open", {}, { wid: "x" })],
    ["an old number", message("open", {}, { seq: 0 })],
    ["no number", message("open", {}, { seq: undefined })],
    ["an extra key", message("open", {}, { extra: 1 })],
    ["more than 16 KiB", message("event", { name: "x", detail: { text: "x".repeat(17_000) } })],
    ["a text", "ready"],
    ["nothing", null],
  ])("there is none for %s", (_name, value) => {
    expect(read(value)).toBeFalsy();
  });

  it.each([
    ["an unknown type", message("navigate", {})],
    ["an inherited name as type", message("constructor", {})],
    ["an extra field", message("open", { extra: 1 })],
    ["a missing field", message("result", { call: 1, ok: true })],
    ["a mistyped field", message("unread", { count: "2", preview: null })],
    ["a mistyped preview", message("unread", { count: 2, preview: { author: 1, text: "x" } })],
    ["a list as data", message("open", [1])],
    ["no data", message("open", undefined)],
    ["a text as data", message("failed", "code")],
  ])("nothing answers to %s", (_name, value) => {
    const known = ["ready parts", "open ", "close ", "need_ticket ", "unread countn,previewo", "failed codes"];
    const more = ["unread countn,previewauthors,texts", "result calln,okb,erroro", "result calln,okb,errors"];
    expect([...known, ...more]).not.toContain(read(value));
  });
});
