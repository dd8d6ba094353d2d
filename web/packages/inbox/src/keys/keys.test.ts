import { describe, expect, it } from "vitest";
import { matchKeys, nameOf, PAIR_MS, type Press } from "./keys.ts";

const press = (key: string, held: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe("the name of a press", () => {
  it("is the letter in lower case, with what is held", () => {
    expect(nameOf(press("J"))).toBe("j");
    expect(nameOf(press("K", { metaKey: true }))).toBe("Mod+k");
    expect(nameOf(press("k", { ctrlKey: true }))).toBe("Mod+k");
    expect(nameOf(press("A", { shiftKey: true }))).toBe("Shift+a");
    expect(nameOf(press("Enter", { shiftKey: true }))).toBe("Shift+Enter");
  });

  it("is the sign that appears, however a keyboard makes it", () => {
    expect(nameOf(press("?", { shiftKey: true }))).toBe("?");
    expect(nameOf(press("/", { shiftKey: true }))).toBe("/");
  });

  it("is nothing for a modifier alone", () => {
    expect(nameOf(press("Shift", { shiftKey: true }))).toBeNull();
    expect(nameOf(press("Dead"))).toBeNull();
  });
});

describe("bindings", () => {
  const bindings = ["j", "g i", "g s", "s", "Mod+k"];

  it("a single key hits at once", () => {
    expect(matchKeys(bindings, "j", null, 0)).toEqual({ hit: "j", waiting: null });
    expect(matchKeys(bindings, "x", null, 0)).toEqual({ hit: null, waiting: null });
  });

  it("a pair waits for its second key and wins over a single one", () => {
    const first = matchKeys(bindings, "g", null, 0);
    expect(first).toEqual({ hit: null, waiting: { first: "g", until: PAIR_MS } });
    expect(matchKeys(bindings, "s", first.waiting, 10).hit).toBe("g s");
  });

  it("a pair that comes too late is two presses", () => {
    const { waiting } = matchKeys(bindings, "g", null, 0);
    expect(matchKeys(bindings, "s", waiting, PAIR_MS + 1).hit).toBe("s");
    expect(matchKeys(bindings, "i", waiting, PAIR_MS + 1).hit).toBeNull();
  });

  it("a wrong second key counts for itself", () => {
    const { waiting } = matchKeys(bindings, "g", null, 0);
    expect(matchKeys(bindings, "j", waiting, 10)).toEqual({ hit: "j", waiting: null });
  });
});
