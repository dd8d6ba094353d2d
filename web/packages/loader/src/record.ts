/** The widget's public record, as far as the loader reads it. */

export type Mode = "light_mode" | "dark_mode";

export interface Config {
  theme: string;
  locale: string;
  boot: string;
  chat: Record<Mode, { background_color: Record<string, string>; text_color: Record<string, string> }> & {
    title: string;
  };
  trigger: {
    shape: string;
    icon: string;
    size: number;
    offset_x: number;
    offset_y: number;
    position: string;
    label: string;
    hidden: boolean;
  };
  greeting: { text: string; bubble_after_s: number | null };
  suggested_questions: string[];
  business_hours: { when_closed: string };
  page_tracking: string;
  files: { enabled: boolean; types: string[] };
  features: { calls: boolean };
  security: { require_verified_embedding: boolean };
}

export interface WidgetRecord {
  id: string;
  domains: string[];
  config: { v1: Config };
  availability: { open: boolean };
  hosts: { client: string };
}

/** The one rule of matching (embedding contract 3.2); no entry is ever `null`. */
export const allowed = (domains: readonly string[], page: string): boolean =>
  domains[0] ? domains.includes(page) : /^http/.test(page);
