/** A server in words and a browser by hand, for the engine's tests: what is asked is written down, what is answered is said. */
import { FakeClock, FakeSocket, MemoryStore, settle } from "@halloo/core/testing.ts";
import type { Public } from "@halloo/wire";
import { createEngine, type Engine, type EngineOptions, type Message } from "./engine.ts";
import * as person from "./person.ts";
import type { WidgetConfig, WidgetRecord } from "./record.ts";
import { storageKeys } from "./storage.ts";
import * as writing from "./writing.ts";

export const WIDGET = "w";
export const keys = storageKeys(WIDGET, "https://shop.example");

export interface Call {
  method: string;
  path: string;
  body: Record<string, unknown>;
  token: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly json: unknown;
  readonly wait?: number;
}

export const ok = (json: unknown, status = 200): Answer => ({ status, json });
export const refuse = (status: number, error: string, details: object = {}, wait = 0): Answer => ({
  status,
  json: { error, message: error, details },
  wait,
});

const NONE = { user_message: "", controls_button: "" };
const MODE = { background_color: NONE, text_color: NONE };

/** A complete configuration with every default, but for what is given. */
export const config = (fields: Partial<WidgetConfig> = {}): WidgetConfig => ({
  theme: "system",
  locale: "auto",
  boot: "eager",
  chat: { light_mode: MODE, dark_mode: MODE, title: "", avatar_shape: "circle" },
  trigger: {
    shape: "circle",
    icon: "chat",
    size: 56,
    offset_x: 20,
    offset_y: 20,
    position: "bottom_right",
    label: "",
    hidden: false,
  },
  greeting: { text: "", bubble_after_s: null },
  suggested_questions: [],
  start_conversation_on_toggle: false,
  pre_conversation_form: null,
  pre_conversation_show_once: true,
  post_conversation_feedback: { enabled: false, form: null, thank_you_text: "" },
  business_hours: { enabled: false, away_text: "", when_closed: "accept" },
  page_tracking: "path",
  sound: true,
  visitor_can_end: true,
  typing_preview: false,
  security: { require_verified_embedding: false, identity: "optional" },
  ...fields,
});

export const record = (fields: Partial<WidgetConfig> = {}): WidgetRecord => ({
  id: WIDGET,
  domains: [],
  config: { v1: config(fields) },
  availability: { open: true, changes_at: null },
  hosts: { client: "https://chat.example", relay: "wss://chat.example/relay", rescue: null },
});

export const conversation = (fields: Partial<Public.PublicConversation> = {}): Public.PublicConversation => ({
  id: "c1",
  state: "pending",
  created_at: "2026-11-21T09:00:00Z",
  updated_at: "2026-11-21T09:00:00Z",
  last_seq: 1,
  read_seq: 1,
  operator_read_seq: 0,
  unread: 0,
  last_message: null,
  feedback: "none",
  position: { stream: "c:c1", epoch: "e", offset: 1 },
  ...fields,
});

export const me = (fields: Partial<Public.VisitorMe> = {}): Public.VisitorMe => ({
  id: "v1",
  user_id: "guest_server_gave_this_id",
  identified: false,
  name: null,
  email: null,
  visitor_token: "hvt_1",
  ...fields,
});

export const hello = (token: string | null = "hvt_1", fields: Partial<Public.VisitorMe> = {}): Public.VisitorHello => ({
  visitor: me({ visitor_token: token, ...fields }),
  embedding: "claimed",
  unread: 0,
  relay: { token: "relay", expires_in: 900, streams: ["v:v1"] },
  team: { faces: [], available: true, reply_ms: null },
  mail: false,
});

export const identified = (fields: Partial<Public.VisitorMe> = {}, merged = 0): Public.Identified => ({
  visitor: me({ id: "v2", user_id: "ada", identified: true, name: "Ada", visitor_token: "hvt_ada", ...fields }),
  merged,
  relay: { token: "relay2", expires_in: 900, streams: ["v:v2"] },
});

/** One browser with one storage; each `open()` is a tab of it. */
export class World {
  readonly clock = new FakeClock();
  readonly store = new MemoryStore();
  readonly sockets: FakeSocket[] = [];
  readonly calls: Call[] = [];
  readonly arrived: string[] = [];
  readonly failed: string[] = [];
  readonly errors: string[] = [];
  wanted = 0;
  /** Challenges that were solved, in words that the tests make up. */
  readonly solved: string[] = [];
  bot = {
    solve: async ({ signature }: { signature: string }): Promise<string> => {
      this.solved.push(signature);
      return `solved ${signature}`;
    },
  };
  slow: { path: string; wait: Promise<void> } | null = null;
  private ids = 0;

  answers: Record<string, (call: Call) => Answer> = {
    "POST /visitor": ({ token }) => (token ? ok(hello(null)) : ok(hello(), 201)),
    "GET /conversations": () => ok({ data: [conversation()], next_cursor: null }),
    "GET /conversations/c1/messages": () =>
      ok({
        data: [this.message(1, "user", "hello", "id-1")],
        has_more: false,
        last_seq: 1,
        position: { stream: "c:c1", epoch: "e", offset: 1 },
      }),
    "POST /conversations": () =>
      ok({ conversation: conversation(), message: { seq: 1 }, visitor: { user_id: "g", visitor_token: null } }, 201),
    "DELETE /visitor": () => ok({}, 204),
  };

  get line(): FakeSocket {
    return this.sockets.at(-1) as FakeSocket;
  }

  message(seq: number, from: "user" | "operator", content = `m${seq}`, client_id: string | null = null): Message {
    return {
      website_id: "ws",
      session_id: "session_c1",
      inbox_id: null,
      id: `m${seq}`,
      type: "text",
      from,
      origin: "chat",
      content,
      fingerprint: 100 + seq,
      timestamp: this.clock.time + seq,
      user: { user_id: from, nickname: from, avatar: null },
      stamped: true,
      client_id,
      edited: false,
      removed: false,
      seq,
    };
  }

  open(of: WidgetRecord = record(), more: Partial<EngineOptions> = {}): Engine {
    const core = createEngine({
      record: of,
      keys,
      store: this.store,
      parentOrigin: "https://shop.example",
      locale: "en",
      tab: "tab",
      doNotTrack: false,
      clock: this.clock,
      fetch: async (url, { method, headers, body }) => {
        const path = url.replace(`/core/public/web-widgets/${WIDGET}`, "");
        const given = JSON.parse(body ?? "{}") as Record<string, unknown>;
        const call = { method, path, body: given, token: headers["x-halloo-visitor"] };
        this.calls.push(call);
        if (this.slow && path.startsWith(this.slow.path)) await this.slow.wait;
        const answer = this.answers[`${method} ${path.split("?")[0]}`]?.(call) ?? refuse(404, "route_not_found");
        const wait = answer.wait ? String(answer.wait) : null;
        return { status: answer.status, headers: { get: () => wait }, text: async () => JSON.stringify(answer.json) };
      },
      open: ({ address }) => {
        this.sockets.push(new FakeSocket(address));
        return this.line;
      },
      uuid: () => {
        this.ids += 1;
        return `id-${this.ids}`;
      },
      locks: undefined,
      channel: () => null,
      memory: { get: () => undefined, set: () => undefined },
      parts: { writing: async () => writing, person: async () => person, bot: async () => this.bot },
      onMessage: ({ content }) => this.arrived.push(String(content)),
      onSent: () => undefined,
      onWanted: () => {
        this.wanted += 1;
      },
      onError: (code) => this.errors.push(code),
      onFailed: (code) => this.failed.push(code),
      ...more,
    });
    return writing.openWriting(core);
  }

  /** The server accepts the newest line. */
  async accept(streams: readonly { id: string; [field: string]: unknown }[] = []): Promise<void> {
    // Contact, ticket, token, line: one waits for the other.
    for (let turn = 0; turn < 3; turn += 1) await settle();
    this.line.onopen?.();
    const wants = (this.line.last("connect")?.["streams"] ?? []) as { id: string; epoch?: string; offset?: number }[];
    const others = wants
      .filter(({ id }) => !streams.some((one) => one.id === id))
      .map(({ id, epoch, offset = 0 }) => ({ id, epoch: epoch ?? "e", offset, recovered: epoch !== undefined }));
    const found = [...streams, ...others];
    this.line.say({ t: "connected", session: "s", ping_s: 25, server_time: 0, streams: found }, { t: "live" });
    // The tab comes to its own connection by the same way as the others.
    await this.clock.pass(0);
    await settle();
  }

  /** What was asked of one route. */
  asked(method: string, path: string): Call[] {
    return this.calls.filter((call) => call.method === method && call.path.split("?")[0] === path);
  }
}

export const event = (offset: number, name: string, data: object): Record<string, unknown> => ({
  t: "event",
  stream: "c:c1",
  offset,
  name,
  data,
});
