/**
 * What the inbox shows beside a widget's settings: launcher and chat as visitors will see them, with a sample thread and no line.
 * Draws what its same-origin parent posts as `halloo-preview`.
 */
import { createT, directionOf, pickLanguage } from "@halloo/core";
import { render } from "preact";
import { App } from "./chat/app.tsx";
import { paint, readMessages } from "./chat/chat.tsx";
import { Around, type Messages } from "./chat/hooks.ts";
import { Launcher } from "./chat/launcher.tsx";
import type { Conversation, Engine, Message, State } from "./frame/engine.ts";
import type { WidgetConfig, WidgetRecord } from "./frame/record.ts";
import "./chat/preview.css";

interface Wish {
  readonly type: "halloo-preview";
  readonly config: DeepPartial<WidgetConfig> | { readonly v1?: DeepPartial<WidgetConfig> };
  readonly view: "chat" | "closed";
  readonly scheme: "light" | "dark";
  readonly locale: string;
}

type DeepPartial<T> = { readonly [Key in keyof T]?: T[Key] extends object ? DeepPartial<T[Key]> : T[Key] };

const MODE = {
  background_color: { user_message: "", controls_button: "" },
  text_color: { user_message: "", controls_button: "" },
};
const DEFAULTS: WidgetConfig = {
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
  business_hours: { enabled: false, away_text: "", when_closed: "accept" },
  page_tracking: "path",
  sound: true,
  visitor_can_end: true,
  typing_preview: false,
};
const SAMPLE = "sample";
const MINUTE = 60_000;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The defaults with what was set laid over them. */
function complete<T>(defaults: T, given: unknown): T {
  if (!isObject(defaults) || !isObject(given)) return given === undefined ? defaults : (given as T);
  const keys = new Set([...Object.keys(defaults), ...Object.keys(given)]);
  return Object.fromEntries([...keys].map((key) => [key, complete(defaults[key], given[key])])) as T;
}

const GRACE = { id: "grace", name: "Grace", avatar: null, online: true };
const TEAM = [GRACE, { id: "omar", name: "Omar", avatar: null, online: true }];

function sampleMessage(seq: number, from: "user" | "operator", content: string, ago: number): Message {
  return {
    website_id: "",
    session_id: SAMPLE,
    inbox_id: null,
    id: String(seq),
    type: "text",
    from,
    origin: "chat",
    content,
    fingerprint: seq,
    timestamp: Date.now() - ago,
    user:
      from === "user"
        ? { user_id: "", nickname: "", avatar: null }
        : { user_id: GRACE.id, nickname: GRACE.name, avatar: null },
    stamped: true,
    client_id: null,
    edited: false,
    removed: false,
    seq,
  };
}

function sampleState(t: (key: "sample_question" | "sample_answer" | "sample_thanks") => string): State {
  const conversation: Conversation = {
    id: SAMPLE,
    state: "unresolved",
    created_at: new Date().toISOString(),
    updated_at: new Date().toISOString(),
    last_seq: 3,
    read_seq: 3,
    operator_read_seq: 3,
    unread: 0,
    last_message: null,
    feedback: "none",
    position: { stream: "c:sample", epoch: "", offset: 0 },
  };
  const messages = [
    sampleMessage(1, "user", t("sample_question"), 4 * MINUTE),
    sampleMessage(2, "operator", t("sample_answer"), 2 * MINUTE),
    sampleMessage(3, "user", t("sample_thanks"), MINUTE),
  ];
  return {
    status: "live",
    settled: true,
    conversations: [conversation],
    threads: { [SAMPLE]: { messages, read: new Set(), loading: false, more: false, failed: false } },
    outbox: [],
    typing: {},
    team: { faces: TEAM, available: true },
    unread: 0,
    memory: { drafts: {} },
    failed: null,
  };
}

/** An engine that shows a state and does nothing. */
function still(record: WidgetRecord, state: State): Engine {
  const nothing = (): void => undefined;
  const later = async (): Promise<void> => undefined;
  return {
    record,
    state,
    isKnown: true,
    viewing: SAMPLE,
    subscribe: () => nothing,
    start: nothing,
    nudge: nothing,
    remember: nothing,
    setPage: nothing,
    setVisible: nothing,
    view: nothing,
    reload: later,
    older: later,
    send: () => true,
    begin: nothing,
    again: nothing,
    discard: nothing,
    typing: nothing,
    end: later,
    onStarted: nothing,
    setMetadata: nothing,
    identify: later,
    reset: later,
    forgotten: nothing,
  };
}

/** The newest wish: an older one that waited for its language is not drawn over it. */
let newest: Wish | null = null;

async function draw(wish: Wish): Promise<void> {
  newest = wish;
  const { config: given, view, scheme, locale } = wish;
  const root = document.getElementById("halloo");
  if (!root) return;
  const config = complete(DEFAULTS, isObject(given) && "v1" in given ? given.v1 : given);
  const titled = { ...config, chat: { ...config.chat, title: config.chat.title || "Halloo" } };
  const record: WidgetRecord = {
    id: "preview",
    domains: [],
    config: { v1: titled },
    availability: { open: true, changes_at: null },
    hosts: { client: "", relay: "" },
  };
  const language = pickLanguage(config.locale, locale, navigator.language);
  const t = createT<Messages>(language, await readMessages(language));
  if (newest !== wish) return;
  const engine = still(record, sampleState(t));
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  paint(engine, config.theme === "system" ? scheme : config.theme);
  render(
    <Around.Provider value={{ engine, t, language, mobile: false, close: () => undefined }}>
      <Launcher config={titled} open={view === "chat"}>
        {/* Another sample is another chat: its own scroll and draft. */}
        <App key={language} open={true} question={null} still={SAMPLE} />
      </Launcher>
    </Around.Provider>,
    root,
  );
}

addEventListener("message", (event: MessageEvent<unknown>) => {
  if (event.origin !== location.origin || event.source !== window.parent) return;
  if (isObject(event.data) && event.data["type"] === "halloo-preview") void draw(event.data as unknown as Wish);
});
window.parent.postMessage({ type: "halloo-preview-ready" }, location.origin);
