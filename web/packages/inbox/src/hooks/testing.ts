/** Hooks and events for tests. */
import type { HookEvent, HookView } from "./types.ts";

export const hookOf = (fields: Partial<HookView> = {}): HookView => ({
  id: "h1",
  kind: "website",
  environment: "production",
  name: "Orders",
  url: "https://endpoint.example.com/crisp/hooks?key=KEY",
  events: ["message:send"],
  enabled: true,
  state: "active",
  disabled_reason: null,
  last_call: "not_called",
  last_call_at: null,
  last_status: null,
  last_error: null,
  failing_since: null,
  probe_at: null,
  signing: "none",
  secrets: [],
  timeout_ms: 2000,
  max_in_flight: 10,
  ordered: "none",
  retry: "standard",
  headers: {},
  waiting: 0,
  replay_id: null,
  created_at: "2026-11-28T09:00:00Z",
  updated_at: "2026-11-28T09:00:00Z",
  ...fields,
});

export const eventOf = (name: string, group = "messages", fields: Partial<HookEvent> = {}): HookEvent => ({
  name,
  class: "fact",
  group,
  sentence: `What ${name} says.`,
  secret: false,
  emitted: true,
  sample: { website_id: "w" },
  ...fields,
});
