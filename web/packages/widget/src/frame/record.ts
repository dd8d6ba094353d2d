/** The widget's public record as the frame reads it: complete, every default filled in (embedding contract 2, 12). */

export interface ModeColours {
  readonly background_color: { readonly user_message: string; readonly controls_button: string };
  readonly text_color: { readonly user_message: string; readonly controls_button: string };
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

/** A question of a form (embedding contract 8.4); which settings there are depends on `type`. */
export interface FormField {
  readonly id: string;
  readonly type: "text" | "textarea" | "email" | "phone" | "number" | "rating" | "select" | "radio" | "checkbox";
  readonly label: string;
  readonly help: string;
  readonly placeholder: string;
  readonly required: boolean;
  readonly maps_to?: "name" | "email" | "phone" | "company" | null;
  readonly max_length?: number;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly scale?: number;
  readonly options?: readonly Option[];
}

export interface Form {
  readonly id: string;
  readonly title: string;
  readonly submit_label: string;
  readonly fields: readonly FormField[];
  /** Another hash means other fields. */
  readonly hash: string;
}

export type FileKind = "image" | "pdf" | "text" | "office" | "audio" | "video" | "archive";

export interface WidgetConfig {
  readonly theme: "system" | "light" | "dark";
  readonly locale: string;
  readonly boot: "eager" | "interaction";
  readonly chat: {
    readonly light_mode: ModeColours;
    readonly dark_mode: ModeColours;
    readonly title: string;
    readonly avatar_shape: "circle" | "square";
  };
  readonly trigger: {
    readonly shape: "circle" | "square";
    readonly icon: "chat" | "question" | "wave";
    readonly size: number;
    readonly offset_x: number;
    readonly offset_y: number;
    readonly position: "bottom_right" | "bottom_left" | "top_right" | "top_left";
    readonly label: string;
    readonly hidden: boolean;
  };
  readonly greeting: { readonly text: string; readonly bubble_after_s: number | null };
  readonly suggested_questions: readonly string[];
  readonly start_conversation_on_toggle: boolean;
  readonly pre_conversation_form: Form | null;
  readonly pre_conversation_show_once: boolean;
  readonly post_conversation_feedback: {
    readonly enabled: boolean;
    readonly form: Form | null;
    readonly thank_you_text: string;
  };
  readonly business_hours: {
    readonly enabled: boolean;
    readonly away_text: string;
    readonly when_closed: "accept" | "hide_launcher";
  };
  readonly files?: { readonly enabled: boolean; readonly max_bytes: number; readonly types: readonly FileKind[] };
  readonly bot_check?: { readonly guard_level: "off" | "adaptive" | "always" };
  readonly page_tracking: "off" | "path" | "full";
  readonly sound: boolean;
  readonly visitor_can_end: boolean;
  readonly typing_preview: boolean;
  readonly security: {
    readonly require_verified_embedding: boolean;
    readonly identity: "optional" | "required";
  };
}

export interface Availability {
  readonly open: boolean;
  readonly changes_at: string | null;
}

export interface WidgetRecord {
  readonly id: string;
  readonly domains: readonly string[];
  readonly config: { readonly v1: WidgetConfig };
  readonly availability: Availability;
  readonly hosts: { readonly client: string; readonly relay: string; readonly rescue: string | null };
}

/** Reads the record out of the document, where the server put it as a data block. */
export function readRecord(): WidgetRecord | null {
  try {
    return JSON.parse(document.getElementById("halloo-record")?.textContent ?? "null") as WidgetRecord | null;
  } catch {
    return null;
  }
}
