import { settle } from "@halloo/core/testing.ts";
import { expect, it } from "vitest";
import type { Engine } from "./engine.ts";
import { event, keys, World } from "./testing.ts";

const CHOICES = { choices: [{ value: "sea", selected: true }] };

/** A visitor on the thread whose second message is a question. */
async function asked(): Promise<{ world: World; engine: Engine }> {
  const world = new World();
  world.store.set(keys.token, "hvt_1");
  const engine = world.open();
  engine.start();
  await world.accept();
  await settle();
  engine.view("c1");
  await settle();
  world.line.say(
    event(2, "message:received", { ...world.message(2, "operator"), type: "picker", content: { text: "?" } }),
  );
  await settle();
  return { world, engine };
}

const shown = (engine: Engine): unknown => engine.state.threads["c1"]?.messages.at(-1)?.content;

it("an answer goes over the line, and is shown once it was taken", async () => {
  const { world, engine } = await asked();
  const done = engine.answer("c1", 102, CHOICES);
  await settle();
  const frame = world.line.last("edit");
  expect(frame).toMatchObject({ conversation: "c1", fingerprint: 102, content: CHOICES });
  expect(shown(engine)).toEqual({ text: "?" });
  const message = { ...world.message(2, "operator"), type: "picker", content: { text: "?", ...CHOICES } };
  world.line.say({ t: "ack", id: frame?.["id"], conversation: "c1", seq: 2, message });
  await done;
  expect(shown(engine)).toEqual({ text: "?", ...CHOICES });
});

it("a refused answer leaves the question as it was, and says why", async () => {
  const { world, engine } = await asked();
  const done = engine.answer("c1", 102, CHOICES);
  await settle();
  world.line.say({ t: "error", id: world.line.last("edit")?.["id"], code: "rate_limited", message: "Slowly." });
  await expect(done).rejects.toMatchObject({ code: "rate_limited" });
  expect(shown(engine)).toEqual({ text: "?" });
});

it("without a line nothing is answered", async () => {
  const { world, engine } = await asked();
  world.line.onclose?.({ code: 1006 });
  await expect(engine.answer("c1", 102, CHOICES)).rejects.toMatchObject({ code: "offline" });
});

it("what another tab answered is shown here, too", async () => {
  const { world, engine } = await asked();
  const content = { text: "?", ...CHOICES };
  world.line.say(event(3, "message:updated", { session_id: "session_c1", fingerprint: 102, type: "picker", content }));
  await settle();
  expect(shown(engine)).toEqual(content);
});
