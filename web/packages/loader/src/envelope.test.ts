import { describe, expect, it } from "vitest";
import { type Envelope, isFromFrame } from "./envelope.ts";

const message = (type: string, data: unknown, rest: object = {}): Envelope =>
  ({ v: 1, wid: "w", type, seq: 1, data, ...rest }) as Envelope;
const takes = (value: unknown, last = 0): boolean => isFromFrame(value as Envelope, "w", last);

describe("what the loader takes from the frame", () => {
  it.each([
    ["ready", { part: "core" }],
    ["resize", { width: 400, height: 600 }],
    ["open", {}],
    ["close", {}],
    ["need_ticket", {}],
    ["unread", { count: 0, preview: null }],
    ["unread", { count: 2, preview: { author: "Grace", text: "x".repeat(140) } }],
    ["event", { name: "message_sent", detail: { conversation_id: "c", deep: { er: [1] } } }],
    ["result", { call: 3, ok: true, error: null }],
    ["result", { call: 3, ok: false, error: "identity_off" }],
    ["failed", { code: "widget_not_found" }],
  ])("%s %j", (type, data) => {
    expect(takes(message(type, data))).toBe(true);
  });

  it.each([
    ["another version", message("open", {}, { v: 2 })],
    ["another widget", message("open", {}, { wid: "x" })],
    ["an old number", message("open", {}, { seq: 0 })],
    ["no number", message("open", {}, { seq: undefined })],
    ["an unknown type", message("navigate", {})],
    ["an inherited name as type", message("constructor", {})],
    ["an extra key", message("open", {}, { extra: 1 })],
    ["an extra field", message("open", { extra: 1 })],
    ["a missing field", message("result", { call: 1, ok: true })],
    ["a mistyped field", message("unread", { count: "2", preview: null })],
    ["a mistyped preview", message("unread", { count: 2, preview: { author: 1, text: "x" } })],
    ["a long preview", message("unread", { count: 2, preview: { author: "a", text: "x".repeat(141) } })],
    ["a list as data", message("open", [1])],
    ["no data", message("open", undefined)],
    ["a text that looks like a shape", message("failed", { code: "s", "}": "x" })],
    ["more than 16 KiB", message("event", { name: "x", detail: { text: "x".repeat(17_000) } })],
    ["a text", "ready"],
    ["nothing", null],
  ])("drops %s", (_name, value) => {
    expect(takes(value)).toBe(false);
  });
});
