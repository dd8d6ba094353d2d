import { describe, expect, it } from "vitest";
import type { Message } from "../frame/engine.ts";
import { type Line, threadItems } from "./items.ts";

const noon = new Date(2026, 10, 21, 12).getTime();
const message = (seq: number, from: "user" | "operator", at = noon + seq * 1000): Message =>
  ({
    fingerprint: seq,
    seq,
    type: "text",
    content: `m${seq}`,
    from,
    timestamp: at,
    user: { user_id: from, nickname: from, avatar: null },
    client_id: from === "user" ? `id-${seq}` : null,
    edited: false,
    removed: false,
  }) as Message;
const going = (id: string, state: "sending" | "failed") =>
  ({
    client_id: id,
    thread: "c",
    message: { type: "text", content: id },
    at: noon + 60_000,
    state,
    error: null,
  }) as const;
const lines = (items: ReturnType<typeof threadItems>): Line[] => items.filter((item) => item.kind === "message");

describe("a thread's lines", () => {
  it("groups by author and minute, and separates days", () => {
    const items = threadItems(
      [
        message(1, "user", noon - 86_400_000),
        message(2, "user"),
        message(3, "user"),
        message(4, "operator"),
        message(5, "user", noon + 600_000),
      ],
      [],
      0,
    );
    expect(items.map(({ kind }) => kind)).toEqual([
      "day",
      "message",
      "day",
      "message",
      "message",
      "message",
      "message",
    ]);
    expect(lines(items).map(({ first, last }) => [first, last])).toEqual([
      [true, true],
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it("marks only the last own message, and every failed one", () => {
    expect(
      lines(
        threadItems(
          [message(1, "user"), message(2, "user")],
          [going("x", "failed"), going("y", "sending"), going("z", "sending")],
          1,
        ),
      ).map((line) => line.delivery),
    ).toEqual([null, null, "failed", null, "sending"]);
    expect(lines(threadItems([message(1, "user"), message(2, "user")], [], 2)).map((line) => line.delivery)).toEqual([
      null,
      "seen",
    ]);
    expect(
      lines(threadItems([message(1, "user"), message(2, "operator")], [], 2)).map((line) => line.delivery),
    ).toEqual([null, null]);
  });

  it("shows a message once while its acknowledgement and its event cross", () => {
    const shown = lines(threadItems([message(1, "user")], [going("id-1", "sending")], 0));
    expect(shown.map(({ key }) => key)).toEqual(["id-1"]);
  });
});

it("an answer is no edit, and what happened joins no group", () => {
  const asked = { ...message(1, "operator"), type: "picker", edited: true };
  const event = { ...message(2, "operator"), type: "event" };
  const edited = { ...message(3, "operator"), edited: true };
  const [picker, happened, text] = lines(threadItems([asked, event, edited], [], 0));
  expect([picker?.edited, text?.edited]).toEqual([false, true]);
  expect([picker?.last, happened?.first, happened?.last, text?.first]).toEqual([true, true, true, true]);
});

it("a file on its way has its name", () => {
  const message = {
    type: "file",
    content: { upload_id: "u" },
    shown: { name: "a.pdf", type: "application/pdf", size: 9 },
  };
  const item = { client_id: "x", thread: "c", message, at: 1, state: "sending", error: null } as const;
  const line = threadItems([], [item], 0).at(-1);
  expect(line).toMatchObject({ content: { upload_id: "u", name: "a.pdf", size: 9 } });
});
