/** A widget's configuration as the form needs it: every field with its default, read and written by path (embedding contract 12). */
import type { WidgetSection } from "../router.ts";
import { completeForm, type Form } from "./forms/model.ts";

export interface Hours {
  readonly day: Day;
  readonly open: string;
  readonly close: string;
}

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];

/** The fields that the forms know, with their defaults. */
export const DEFAULTS = {
  theme: "system",
  locale: "auto",
  boot: "eager",
  "chat.light_mode.background_color.user_message": "",
  "chat.light_mode.background_color.controls_button": "",
  "chat.light_mode.text_color.user_message": "",
  "chat.light_mode.text_color.controls_button": "",
  "chat.dark_mode.background_color.user_message": "",
  "chat.dark_mode.background_color.controls_button": "",
  "chat.dark_mode.text_color.user_message": "",
  "chat.dark_mode.text_color.controls_button": "",
  "chat.title": "",
  "chat.avatar_shape": null as string | null,
  "trigger.shape": "circle",
  "trigger.icon": "chat",
  "trigger.size": 56,
  "trigger.offset_x": 20,
  "trigger.offset_y": 20,
  "trigger.position": "bottom_right",
  "trigger.label": "",
  "trigger.hidden": false,
  "greeting.text": "",
  "greeting.bubble_after_s": null as number | null,
  suggested_questions: [] as readonly string[],
  start_conversation_on_toggle: false,
  pre_conversation_form: null as Form | null,
  pre_conversation_show_once: true,
  "post_conversation_feedback.enabled": false,
  "post_conversation_feedback.form": null as Form | null,
  "post_conversation_feedback.thank_you_text": "",
  "business_hours.enabled": false,
  "business_hours.timezone": "UTC",
  "business_hours.days": [] as readonly Hours[],
  "business_hours.holidays": [] as readonly string[],
  "business_hours.away_text": "",
  "business_hours.when_closed": "accept",
  sound: true,
  visitor_can_end: true,
  typing_preview: false,
  "files.enabled": true,
  "files.max_bytes": 10 * 1024 * 1024,
  "files.types": ["image", "pdf", "text", "office", "audio", "video"] as readonly string[],
  page_tracking: "path",
  "bot_check.guard_level": "adaptive",
  "security.require_verified_embedding": false,
  "security.identity": "optional",
  "retention.conversations_days": null as number | null,
  "retention.files_days": null as number | null,
};

export type Path = keyof typeof DEFAULTS;
export type Values = { readonly [P in Path]: (typeof DEFAULTS)[P] };
export type V1 = Readonly<Record<string, unknown>>;

export const SECTION_FIELDS: Readonly<Record<WidgetSection, readonly Path[]>> = {
  look: (Object.keys(DEFAULTS) as Path[]).filter((path) => /^(theme$|chat\.|trigger\.)/.test(path)),
  greeting: ["greeting.text", "greeting.bubble_after_s", "suggested_questions", "start_conversation_on_toggle"],
  forms: (Object.keys(DEFAULTS) as Path[]).filter((path) => /^(pre|post)_conversation_/.test(path)),
  language: ["locale", "sound", "visitor_can_end", "typing_preview", "files.enabled", "files.max_bytes", "files.types"],
  hours: (Object.keys(DEFAULTS) as Path[]).filter((path) => path.startsWith("business_hours.")),
  domains: [],
  security: [
    "page_tracking",
    "boot",
    "bot_check.guard_level",
    "security.require_verified_embedding",
    "security.identity",
    "retention.conversations_days",
    "retention.files_days",
  ],
  install: [],
  csp: [],
};

const isGroup = (value: unknown): value is V1 => typeof value === "object" && value !== null && !Array.isArray(value);

/** What stands at a path, or undefined. */
export function valueAt(v1: V1, path: string): unknown {
  let at: unknown = v1;
  for (const key of path.split(".")) {
    if (!isGroup(at)) return undefined;
    at = at[key];
  }
  return at;
}

/** The same configuration with one field set. */
export function withValue(v1: V1, path: string, value: unknown): V1 {
  const [key, ...rest] = path.split(".");
  if (key === undefined) return v1;
  if (rest.length === 0) return { ...v1, [key]: value };
  const group = v1[key];
  return { ...v1, [key]: withValue(isGroup(group) ? group : {}, rest.join("."), value) };
}

/** Every field, with its default where nothing was stored. */
export function readValues(v1: V1): Values {
  const entries = Object.entries(DEFAULTS).map(([path, fallback]) => [path, valueAt(v1, path) ?? fallback]);
  return Object.fromEntries(entries) as Values;
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The fields of a section that differ from what is stored. */
export const changedFields = (stored: Values, now: Values, section: WidgetSection): Path[] =>
  SECTION_FIELDS[section].filter((path) => !same(stored[path], now[path]));

/** What is stored, with the changed fields of one section: the others' unsaved changes stay out. */
export const mergeSection = (v1: V1, stored: Values, now: Values, section: WidgetSection): V1 =>
  changedFields(stored, now, section).reduce((made, path) => withValue(made, path, now[path]), v1);

/** The whole configuration as the visitor would get it, with unsaved changes. */
export const previewConfig = (v1: V1, now: Values, workspace: string): V1 => {
  const forms = {
    pre_conversation_form: now.pre_conversation_form && completeForm(now.pre_conversation_form),
    "post_conversation_feedback.form":
      now["post_conversation_feedback.form"] && completeForm(now["post_conversation_feedback.form"]),
  };
  const all = Object.entries({ ...now, ...forms }).reduce<V1>(
    (made, [path, value]) => withValue(made, path, value),
    v1,
  );
  const shaped = withValue(all, "chat.avatar_shape", now["chat.avatar_shape"] ?? now["trigger.shape"]);
  return now["chat.title"] === "" ? withValue(shaped, "chat.title", workspace) : shaped;
};

/** The built-in colours of the widget: `--accent-strong` and `--on-accent` of the design tokens. */
export const BUILT_IN = {
  light_mode: { background_color: "#c63522", text_color: "#ffffff" },
  dark_mode: { background_color: "#f98062", text_color: "#180806" },
} as const;
