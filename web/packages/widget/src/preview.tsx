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
import { type Conversation, type Engine, type Message, NEW, type State } from "./frame/engine.ts";
import type { Form, FormField, WidgetConfig, WidgetRecord } from "./frame/record.ts";
import "./chat/forms.css";
import "./chat/preview.css";

interface Wish {
  readonly type: "halloo-preview";
  readonly config: DeepPartial<WidgetConfig> | { readonly v1?: DeepPartial<WidgetConfig> };
  readonly view: "chat" | "closed" | "form" | "feedback" | "away";
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
  pre_conversation_form: null,
  pre_conversation_show_once: true,
  post_conversation_feedback: { enabled: false, form: null, thank_you_text: "" },
  business_hours: { enabled: false, away_text: "", when_closed: "accept" },
  files: { enabled: true, max_bytes: 0, types: ["image"] },
  page_tracking: "path",
  sound: true,
  visitor_can_end: true,
  typing_preview: false,
  security: { require_verified_embedding: false, identity: "optional" },
};
const SAMPLE = "sample";
const MINUTE = 60_000;
const OPENING = 9;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The defaults with what was set laid over them. */
function complete<T>(defaults: T, given: unknown): T {
  if (!isObject(defaults) || !isObject(given)) return given === undefined ? defaults : (given as T);
  const keys = new Set([...Object.keys(defaults), ...Object.keys(given)]);
  return Object.fromEntries([...keys].map((key) => [key, complete(defaults[key], given[key])])) as T;
}

/** What the server fills in where a field leaves it open. */
const FIELD = {
  label: "",
  help: "",
  placeholder: "",
  required: false,
  max_length: 2000,
  min: null,
  max: null,
  scale: 5,
  options: [],
};

/** A form as the owner has it so far: what is half written is drawn as far as it goes. */
function wholeForm(given: unknown): Form | null {
  if (!isObject(given) || !Array.isArray(given["fields"])) return null;
  const fields = given["fields"]
    .filter((one): one is Record<string, unknown> => isObject(one) && typeof one["type"] === "string")
    .map((one, index) => {
      const id = String(one["id"] || `field_${index}`);
      return { ...FIELD, ...one, id, label: one["label"] || id } as unknown as FormField;
    });
  const words = { id: "", title: "", submit_label: "", ...given };
  // Another text is another form: its fields begin anew.
  return { ...words, fields, hash: JSON.stringify(fields) };
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

function sampleState(
  t: (key: "sample_question" | "sample_answer" | "sample_thanks") => string,
  config: WidgetConfig,
  view: Wish["view"],
): State {
  const ended = view === "feedback";
  const conversation: Conversation = {
    id: SAMPLE,
    state: ended ? "resolved" : "unresolved",
    created_at: new Date().toISOString(),
    updated_at: new Date().toISOString(),
    last_seq: 3,
    read_seq: 3,
    operator_read_seq: 3,
    unread: 0,
    last_message: null,
    feedback: ended ? "open" : "none",
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
    me: null,
    signIn: false,
    mail: false,
    availability: availabilityOf(view),
    conversations: [conversation],
    threads: { [SAMPLE]: { messages, read: new Set(), loading: false, more: false, failed: false } },
    outbox: [],
    typing: {},
    team: { faces: TEAM, available: view !== "away", reply_ms: 4 * MINUTE },
    unread: 0,
    form: { wanted: view === "form" && config.pre_conversation_form !== null, errors: {} },
    slowUntil: null,
    continued: null,
    memory: { drafts: { [`feedback:${SAMPLE}`]: JSON.stringify(sampleRating(config)) } },
    failed: null,
  };
}

/** Closed until tomorrow morning, where that is to be seen. */
function availabilityOf(view: Wish["view"]): State["availability"] {
  if (view !== "away") return { open: true, changes_at: null };
  const morning = new Date();
  morning.setDate(morning.getDate() + 1);
  morning.setHours(OPENING, 0, 0, 0);
  return { open: false, changes_at: morning.toISOString() };
}

/** The first answer, so that the questions behind it are shown. */
function sampleRating({ post_conversation_feedback: { form } }: WidgetConfig): Record<string, unknown> {
  const first = form?.fields[0];
  return first?.type === "rating" ? { [first.id]: Math.max(1, (first.scale ?? 5) - 1) } : {};
}

/** An engine that shows a state and does nothing. */
function still(record: WidgetRecord, state: State): Engine {
  const nothing = (): void => undefined;
  const later = async (): Promise<void> => undefined;
  return {
    record,
    state,
    isKnown: true,
    era: 0,
    viewing: null,
    subscribe: () => nothing,
    start: nothing,
    nudge: nothing,
    hide: nothing,
    leading: false,
    remember: nothing,
    setPage: nothing,
    setVisible: nothing,
    view: nothing,
    putAway: nothing,
    reload: later,
    older: later,
    send: () => true,
    begin: nothing,
    answer: later,
    again: nothing,
    discard: nothing,
    typing: nothing,
    files: {
      items: [],
      subscribe: () => nothing,
      // Nothing is sent from here.
      open: () => new Promise(() => undefined),
      nudge: nothing,
      adopt: nothing,
      clear: nothing,
      sent: nothing,
      again: () => false,
    },
    end: later,
    onStarted: nothing,
    ask: <Answer,>() => later() as Promise<Answer>,
    patch: nothing,
    asVisitor: <Answer,>() => later() as Promise<Answer>,
    reread: later,
    update: nothing,
    form: {
      values: () => ({}),
      draft: nothing,
      given: async () => null,
      done: nothing,
      ask: later,
      begun: nothing,
      forget: nothing,
    },
    claim: later,
    leaveEmail: later,
    identify: later,
    reset: later,
    follow: nothing,
  };
}

/** The newest wish: an older one that waited for its language is not drawn over it. */
let newest: Wish | null = null;

async function draw(wish: Wish): Promise<void> {
  newest = wish;
  const { config: given, view, scheme, locale } = wish;
  const root = document.getElementById("halloo");
  if (!root) return;
  const asked = (isObject(given) && "v1" in given ? given.v1 : given) as DeepPartial<WidgetConfig>;
  const config = complete(DEFAULTS, asked);
  const titled: WidgetConfig = {
    ...config,
    chat: {
      ...config.chat,
      title: config.chat.title || "Halloo",
      // Faces follow the launcher's shape unless they have their own.
      avatar_shape: asked.chat?.avatar_shape || config.trigger.shape,
    },
    pre_conversation_form: wholeForm(config.pre_conversation_form),
    post_conversation_feedback: {
      ...config.post_conversation_feedback,
      form: wholeForm(config.post_conversation_feedback.form),
    },
  };
  const record: WidgetRecord = {
    id: "preview",
    domains: [],
    config: { v1: titled },
    availability: availabilityOf(view),
    hosts: { client: "", relay: "", rescue: null },
  };
  const language = pickLanguage(config.locale, locale, navigator.language);
  const t = createT<Messages>(language, await readMessages(language));
  if (newest !== wish) return;
  const engine = still(record, sampleState(t, titled, view));
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  paint(engine, config.theme === "system" ? scheme : config.theme);
  render(
    <Around.Provider value={{ engine, t, language, mobile: false, close: () => undefined }}>
      <Launcher config={titled} open={view !== "closed"} away={view === "away"}>
        {/* Another sample is another chat: its own scroll and draft. */}
        <App
          key={`${language}-${view}-${titled.pre_conversation_form?.hash}-${titled.post_conversation_feedback.form?.hash}`}
          open={true}
          question={null}
          still={view === "form" || view === "away" ? NEW : SAMPLE}
        />
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
