import { describe, expect, it } from "vitest";
import type { Heard } from "../live/tap.ts";
import { bodyOf, EMPTY_EAR, hear, MOST, pause, sift } from "./ear.ts";

const TOLD = new Set(["message:send", "session:set_state"]);
const fact = (name: string, offset = 1, fields: Partial<Heard> = {}): Heard => ({
  name,
  data: { website_id: "w", content: "Is the vase tight?" },
  stream: "w:w",
  offset,
  at: 1506985696616,
  ...fields,
});
const all = (...heard: Heard[]) => heard.reduce((ear, one) => hear(ear, one, TOLD, 5), EMPTY_EAR);

describe("an ear", () => {
  it("hears what hooks are told of, newest first, and nothing that stays inside", () => {
    const ear = all(
      fact("message:send", 1),
      fact("hook:updated", 2),
      fact("session:set_state", 3),
      fact("visitors", 0, { stream: "", offset: null, at: null }),
    );
    expect(ear.heard.map((item) => [item.name, item.offset])).toEqual([
      ["session:set_state", 3],
      ["message:send", 1],
    ]);
  });

  it("has the body that a hook gets, with the time at which the fact was recorded", () => {
    const [item] = all(fact("message:send")).heard;
    expect(item?.exact).toBe(true);
    expect(item && bodyOf(item, "w")).toBe(
      '{"website_id":"w","event":"message:send","data":{"website_id":"w","content":"Is the vase tight?"},"timestamp":1506985696616}',
    );
    const [late] = all(fact("message:send", 1, { at: null })).heard;
    expect(late).toMatchObject({ exact: false, at: 5 });
  });

  it("hears of passing events only that they happened", () => {
    const [item] = all({ name: "typing", data: { from: "operator" }, stream: "", offset: null, at: null }).heard;
    expect(item?.name).toBe("message:compose:receive");
    expect(item && bodyOf(item, "w")).toBeNull();
  });

  it("does not hear the stream of one conversation a second time", () => {
    expect(all(fact("message:send", 1, { stream: "c:1" })).heard).toEqual([]);
  });

  it("holds back while it is paused, and goes on with all of it", () => {
    const paused = hear(pause(all(fact("message:send", 1)), true), fact("message:send", 2), TOLD, 5);
    expect([paused.heard.length, paused.held.length]).toEqual([1, 1]);
    const on = pause(paused, false);
    expect(on.heard.map((item) => item.offset)).toEqual([2, 1]);
    expect(new Set(on.heard.map((item) => item.key)).size).toBe(2);
  });

  it("forgets the oldest", () => {
    const many = Array.from({ length: MOST + 5 }, (_, index) => fact("message:send", index + 1));
    const { heard } = all(...many);
    expect(heard).toHaveLength(MOST);
    expect(heard[0]?.offset).toBe(MOST + 5);
  });

  it("is filtered by words of name and content, and by what a hook has chosen", () => {
    const { heard } = all(fact("message:send", 1), fact("session:set_state", 2, { data: { state: "resolved" } }));
    expect(sift(heard, "VASE", null)).toHaveLength(1);
    expect(sift(heard, "session resolved", null)).toHaveLength(1);
    expect(sift(heard, "vase resolved", null)).toHaveLength(0);
    expect(sift(heard, "", ["message:send"]).map((item) => item.name)).toEqual(["message:send"]);
  });
});
