import { settle } from "@halloo/core/testing.ts";
import { beforeEach, describe, expect, it } from "vitest";
import { type Engine, NEW } from "./engine.ts";
import { giveFeedback } from "./feedback.ts";
import type { Form } from "./record.ts";
import { submitForm } from "./submit.ts";
import { conversation, keys, ok, record, refuse, World } from "./testing.ts";

const form = (hash = "h1", ids: readonly string[] = ["email"]): Form => ({
  id: "",
  title: "",
  submit_label: "",
  hash,
  fields: ids.map((id) => ({
    id,
    type: id === "email" ? "email" : "text",
    label: id,
    help: "",
    placeholder: "",
    required: true,
    ...(id === "email" ? { maps_to: "email" as const } : {}),
  })),
});
const asking = (fields = {}) => record({ pre_conversation_form: form(), ...fields });
const started = () =>
  ok({ conversation: conversation(), message: null, visitor: { user_id: "g", visitor_token: null } }, 201);

let world: World;

async function visit(of = asking()): Promise<Engine> {
  const engine = world.open(of);
  engine.start();
  await world.accept();
  return engine;
}

beforeEach(() => {
  world = new World();
  world.answers["POST /pre-conversation-form"] = ({ body }) => ok({ fields: body["fields"] });
});

describe("the form before a conversation", () => {
  it("holds a message back until it is filled in, and goes on by itself", async () => {
    const engine = await visit();
    engine.send(NEW, "a suggested question");
    await settle();
    expect(engine.state.form.wanted).toBe(true);
    expect(world.asked("POST", "/conversations")).toEqual([]);
    await submitForm(engine, { email: "ada@example.com" });
    await settle();
    expect(world.asked("POST", "/pre-conversation-form")[0]?.body).toEqual({ fields: { email: "ada@example.com" } });
    expect(world.asked("POST", "/conversations")[0]?.body).toMatchObject({
      form: { email: "ada@example.com" },
      message: { content: "a suggested question" },
    });
    expect(engine.state.outbox).toEqual([]);
    expect(engine.state.me?.email).toBe("ada@example.com");
  });

  it("holds back a conversation that begins with the opening", async () => {
    const engine = await visit(asking({ start_conversation_on_toggle: true }));
    engine.begin();
    await settle();
    expect(world.asked("POST", "/conversations")).toEqual([]);
    await submitForm(engine, { email: "ada@example.com" });
    await settle();
    expect(world.asked("POST", "/conversations")).toHaveLength(1);
  });

  it("is skipped where its answers are remembered, and gives them again", async () => {
    world.store.set(keys.form, '{"hash":"h1","fields":{"email":"ada@example.com"}}');
    const engine = await visit();
    expect(engine.state.form.wanted).toBe(false);
    engine.send(NEW, "hello");
    await settle();
    expect(world.asked("POST", "/conversations")[0]?.body).toMatchObject({ form: { email: "ada@example.com" } });
  });

  it("is shown again with what is known where it asks something else now", async () => {
    world.store.set(keys.form, '{"hash":"old","fields":{"email":"ada@example.com"}}');
    const engine = await visit();
    expect(engine.state.form.wanted).toBe(true);
    expect(engine.form.values()).toEqual({ email: "ada@example.com" });
  });

  it("keeps what is typed for the next page, without counting it as an answer", async () => {
    const engine = await visit();
    engine.form.draft({ email: "ada@" });
    const next = await visit();
    expect(next.state.form.wanted).toBe(true);
    expect(next.form.values()).toEqual({ email: "ada@" });
  });

  it("is shown before each conversation where the owner wants that, filled in", async () => {
    const engine = await visit(asking({ pre_conversation_show_once: false }));
    await submitForm(engine, { email: "ada@example.com" });
    expect(engine.state.form.wanted).toBe(false);
    engine.send(NEW, "hello");
    await settle();
    expect(engine.state.form.wanted).toBe(true);
    expect(engine.form.values()).toEqual({ email: "ada@example.com" });
  });

  it("comes up where the server wants it, with the typed message kept, and says what was refused", async () => {
    world.store.set(keys.form, '{"hash":"h1","fields":{"email":"ada@example.com"}}');
    world.answers["POST /conversations"] = () => refuse(422, "field_required", { field: "form.name" });
    world.answers["GET "] = () => ok(record({ pre_conversation_form: form("h2", ["email", "name"]) }));
    const engine = await visit();
    engine.send(NEW, "hello");
    await settle();
    expect(engine.state.form).toEqual({ wanted: true, errors: { name: "field_required" } });
    expect(engine.state.outbox.map(({ message, state }) => [message.content, state])).toEqual([["hello", "sending"]]);
    expect(engine.record.config.v1.pre_conversation_form?.hash).toBe("h2");
    world.answers["POST /conversations"] = started;
    await submitForm(engine, { email: "ada@example.com", name: "Ada" });
    await settle();
    expect(world.asked("POST", "/conversations").at(-1)?.body).toMatchObject({ form: { name: "Ada" } });
    expect(JSON.parse(world.store.get(keys.form) ?? "{}")).toMatchObject({ hash: "h2" });
  });

  it("comes up where the owner has only just asked for it", async () => {
    world.answers["POST /conversations"] = () => refuse(422, "form_required");
    world.answers["GET "] = () => ok(asking());
    const engine = await visit(record());
    engine.send(NEW, "hello");
    await settle();
    expect(engine.state.form.wanted).toBe(true);
    expect(engine.state.outbox).toHaveLength(1);
  });

  it("keeps everything where it could not be handed in", async () => {
    const engine = await visit();
    for (const answer of [
      refuse(422, "field_invalid", { field: "fields.email" }),
      refuse(429, "rate_limited", {}, 9),
    ]) {
      world.answers["POST /pre-conversation-form"] = () => answer;
      await expect(submitForm(engine, { email: "ada@example.com" })).rejects.toBeDefined();
      expect(engine.state.form.wanted).toBe(true);
    }
  });

  it("is not insisted on where it was taken away meanwhile", async () => {
    world.answers["POST /pre-conversation-form"] = () => refuse(404, "form_off");
    world.answers["GET "] = () => ok(record());
    const engine = await visit();
    engine.send(NEW, "hello");
    await submitForm(engine, { email: "ada@example.com" });
    await settle();
    expect(engine.state.form.wanted).toBe(false);
    expect(world.asked("POST", "/conversations")).toHaveLength(1);
  });

  it("does not hold up the next visitor after a reset", async () => {
    const engine = await visit();
    engine.send(NEW, "hello");
    await settle();
    await engine.reset();
    await world.accept();
    expect(engine.state.outbox).toEqual([]);
    engine.send(NEW, "another hello");
    await settle();
    await submitForm(engine, { email: "eve@example.com" });
    await settle();
    const texts = world
      .asked("POST", "/conversations")
      .map(({ body }) => (body["message"] as { content: string }).content);
    expect(texts).toEqual(["another hello"]);
  });
});

describe("feedback", () => {
  const ended = conversation({ state: "resolved", feedback: "open" });

  const first = async (): Promise<Engine> => {
    world.store.set(keys.token, "hvt_1");
    world.answers["GET /conversations"] = () => ok({ data: [ended], next_cursor: null });
    return visit(record());
  };

  it.each([
    [ok({ fields: {} }, 201), "given"],
    [refuse(409, "feedback_exists"), "given"],
    [refuse(409, "conversation_open"), "none"],
    [refuse(404, "feedback_off"), "none"],
  ])("is settled by %j: %s", async (answer, feedback) => {
    const engine = await first();
    world.answers["POST /conversations/c1/feedback"] = () => answer;
    await giveFeedback(engine, "c1", { stars: 5 });
    expect(engine.state.conversations?.[0]?.feedback).toBe(feedback);
  });

  it("stays open where the visitor can do something about it", async () => {
    const engine = await first();
    world.answers["POST /conversations/c1/feedback"] = () => refuse(422, "field_required", { field: "fields.stars" });
    await expect(giveFeedback(engine, "c1", {})).rejects.toMatchObject({ code: "field_required" });
    expect(engine.state.conversations?.[0]?.feedback).toBe("open");
  });
});
