/** The names of what is cached. */
import type { Filter } from "./types.ts";

export const keys = {
  me: ["me"],
  counts: ["counts"],
  operators: ["operators"],
  invitations: ["invitations"],
  tokens: ["tokens"],
  scopes: ["scopes"],
  canned: ["canned"],
  tags: ["tags"],
  widgets: ["widgets"],
  audit: ["audit"],
  lists: ["conversations"],
  list: (filter: Filter) => ["conversations", filter] as const,
  conversation: (id: string) => ["conversation", id] as const,
  talk: (id: string) => ["talk", id] as const,
  widget: (id: string) => ["widget", id] as const,
  contacts: (q: string) => ["contacts", q] as const,
  contact: (id: string) => ["contact", id] as const,
  contactEvents: (id: string) => ["contact", id, "events"] as const,
  earlier: (contact: string) => ["earlier", contact] as const,
  identityKeys: (widget: string) => ["identity-keys", widget] as const,
  embed: ["embed"],
  feedback: (filter: string) => ["feedback", filter] as const,
  feedbackReport: (filter: string) => ["feedback", "report", filter] as const,
  search: (q: string) => ["search", q] as const,
} as const;
