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
  features: { calls: boolean };
}

export interface WidgetRecord {
  id: string;
  domains: string[];
  config: { v1: Config };
  availability?: { open: boolean } | null;
  hosts: { client: string };
}

/** The origin of this page; one that a sandbox or `srcdoc` took away counts as none. */
export const pageOrigin = (): string => (origin === location.origin ? origin : "null");

/** The one rule of matching (`contracts/embedding.md` 3.2). */
export const allowed = (domains: readonly string[], page: string): boolean =>
  domains.length > 0 ? page !== "null" && domains.includes(page) : page.startsWith("http");

/** The frame's address: exactly one `parentOrigin`, the true one; of what the script's address carries only these two. */
export function frameAddress(record: WidgetRecord, script: URLSearchParams, page: string): string {
  const query = new URLSearchParams({ parentOrigin: page });
  for (const key of ["locale", "theme"]) if (script.has(key)) query.set(key, script.get(key) as string);
  return `${record.hosts.client}/public/widget/${record.id}?${query}`;
}
