// Written by web/scripts/wire.py from the server's structs. Do not edit.

/** An operator as others see them. */
export interface OperatorBrief {
  id: string;
  name: string;
  avatar: string | null;
  availability: "away" | "online";
}

/**
 * Somebody who is kept away. `value`: the id of a contact, or of a visitor who is none; of a network its range.
 *
 * `name`: what the person is called or their e-mail address; null where neither is known, and for a network.
 * `created_by`: null where it was a program.
 */
export interface BlockView {
  id: string;
  kind: "network" | "visitor";
  value: string;
  name: string | null;
  contact_id: string | null;
  reason: string;
  created_by: OperatorBrief | null;
  created_at: string;
  expires_at: string | null;
}

/** `GET /core/blocks`. */
export interface BlockPage {
  data: BlockView[];
  next_cursor: string | null;
}

/** `POST /core/blocks`: exactly one of the three. `network`: an address or a range; `around`: a visitor whose address is meant. */
export interface BlockPost {
  /** The id of a contact or a visitor. */
  visitor?: string | null;
  network?: string | null;
  around?: string | null;
  reason?: string;
  expires_at?: string | null;
}

/** How much was deleted. */
export interface ErasureCounts {
  contact: number;
  visitor: number;
  conversation: number;
  message: number;
  file: number;
  mail: number;
}

/**
 * A proof of deletion. It names nobody: `subject` is the id that the contact had.
 *
 * `digest`: SHA-256 in hex of a line `kind id` for the contact and each visitor, conversation, message and file in a conversation,
 * sorted and joined by line feeds, so that an export of before shows what went. `finished_at`: when the bytes of the last file were gone.
 */
export interface ErasureView {
  id: string;
  subject: string;
  counts: ErasureCounts;
  digest: string;
  requested_by: OperatorBrief | null;
  requested_at: string;
  finished_at: string | null;
}

/** `GET /core/erasures`. */
export interface ErasurePage {
  data: ErasureView[];
  next_cursor: string | null;
}

export type Availability = "away" | "online";

/** Where a stream of the relay stood when the snapshot was taken. */
export interface Position {
  stream: string;
  epoch: string;
  offset: number;
}

/** Every refusal: a stable code, a sentence in English, and where. */
export interface Refusal {
  error: string;
  message: string;
  details: Record<string, unknown>;
}

export type Role = "admin" | "operator" | "owner";

export type Scalar = string | number | boolean;

export type State = "pending" | "resolved" | "unresolved";

/**
 * `POST …/csp/doctor`: a page to examine, or a part of one. What is left out is not known.
 *
 * `headers`, `report_only`, `permissions_policy`, `coep`: values of these headers. `metas`: whole tags, or their `content`. `url`: where
 * the page is fetched. `page_origin`: where it is at home, if that is another place. `tag`: the script's tag on it.
 */
export interface CspDoctorPost {
  headers?: string[];
  report_only?: string[];
  metas?: string[];
  html?: string | null;
  url?: string | null;
  page_origin?: string | null;
  tag?: string | null;
  permissions_policy?: string[];
  coep?: string[];
  trust?: "auto" | "hash" | "host" | "nonce";
}

/** `GET …/csp/policy`. `text`: the policy in the wanted format; `tag`: the script's tag where the plain one does not do. */
export interface CspPolicy {
  form: "additions" | "merge" | "strict";
  as: "apache" | "caddy" | "django" | "express" | "header" | "json" | "meta" | "nextjs" | "nginx" | "rails" | "table" | "text";
  policy: string;
  text: string;
  tag: string | null;
  notes: string[];
}

/** Something worth knowing. `code` stays the same, `text` may be said better; `source` as it stands there, at most 81 characters. */
export interface CspRemark {
  code: string;
  directive: string;
  source: string;
  text: string;
}

/** A policy as it was delivered. `index` from 1; `line`: where its `<meta>` stands in the HTML. */
export interface CspExamined {
  index: number;
  delivery: "header" | "meta";
  disposition: "enforce" | "report";
  line: number | null;
  text: string;
  warnings: CspRemark[];
}

/** The smallest change that helps. `line`: what to write; `directive` empty where it is not one of a policy. */
export interface CspFix {
  kind: "add_directive" | "add_source" | "allow_origin" | "hash" | "nonce" | "permissions_policy" | "replace_none" | "sandbox" | "trusted_types";
  directive: string;
  value: string;
  line: string;
  note: string;
}

/** A need that is blocked. `policy` null: no policy does it. `reading`: whether the standard's text blocks it, browsers, or both. */
export interface CspFinding {
  need: string;
  feature: "audio" | "bot_check" | "calls" | "chat" | "cobrowse" | "files" | "images" | "outbound" | "pusher" | "rescue" | "sounds" | "wait_game";
  level: "optional" | "required";
  policy: number | null;
  directive: string;
  decided_by: string;
  blocked: string;
  reading: "browser" | "letter" | "both";
  fix: CspFix;
  alternatives: CspFix[];
}

/** A policy's new text, with all fixes in it. */
export interface CspFixed {
  index: number;
  delivery: "header" | "meta";
  text: string;
}

/**
 * What the doctor found. `removable`: what Halloo does not need; take it out if nothing else on the page uses it.
 *
 * `warnings`: those that are of no policy. `widget` empty: no widget was named.
 */
export interface CspDiagnosis {
  version: 1;
  widget: string;
  page_origin: string | null;
  verdict: "ok" | "optional_blocked" | "required_blocked";
  policies: CspExamined[];
  findings: CspFinding[];
  fixed_policies: CspFixed[];
  removable: CspRemark[];
  warnings: CspRemark[];
  notes: string[];
}

/** What the doctor last said of an allowed domain: `result`, or the `error` for which there is none; all null before the first. */
export interface DomainCheck {
  origin: string;
  checked_at: string | null;
  verdict: "ok" | "optional_blocked" | "required_blocked" | null;
  error: string | null;
  result: CspDiagnosis | null;
}

/** `GET …/csp/checks`: a row for each allowed domain. */
export interface DomainCheckList {
  data: DomainCheck[];
}

/** `POST …/csp/checks`. */
export interface DomainCheckPost {
  origin: string;
}

/** How many groups there are: those that are not muted, by kind, and those that are. */
export interface ReportCounts {
  ours: number;
  others: number;
  extensions: number;
  muted: number;
}

/** What the doctor says of reports. `blocks`: something of Halloo is kept away, of this `level`; `line`: what to add, or to do. */
export interface ReportVerdict {
  blocks: boolean;
  level: "optional" | "required" | null;
  text: string;
  line: string | null;
}

/**
 * Reports of browsers that say the same. All of it is text of strangers.
 *
 * `page`, `source` and `sample` are those of the first. `blocked`: an origin, a keyword such as `inline`, or a scheme. `verdict`: null
 * where the policy is not known as a whole.
 */
export interface ReportGroup {
  id: string;
  first_seen: string;
  last_seen: string;
  count: number;
  page: string;
  disposition: "enforce" | "report";
  directive: string;
  blocked: string;
  source: string | null;
  sample: string | null;
  policy: string;
  kind: "extensions" | "others" | "ours";
  muted: boolean;
  verdict: ReportVerdict | null;
}

/** `GET …/csp/reports`. `foreign`: reports of pages that the widget has nothing to do with; nothing else is kept of them. */
export interface ReportPage {
  data: ReportGroup[];
  next_cursor: string | null;
  counts: ReportCounts;
  foreign: number;
}

/** `PATCH …/csp/reports/{id}`. */
export interface ReportPatch {
  muted: boolean;
}

/** Milliseconds; resolving, connecting and TLS are 0 on a connection that was kept. */
export interface AttemptTimings {
  resolve: number;
  connect: number;
  tls: number;
  answer: number;
  total: number;
}

/** An attempt in short. `outcome` is `success`, or the name of a failure. */
export interface AttemptBrief {
  n: number;
  started_at: string;
  outcome: string;
  status: number | null;
  remote_address: string | null;
  timings: AttemptTimings;
}

/** What was sent. Values in the query of `url` are masked; `headers` are pairs in their order. `body` null: kept no longer. */
export interface AttemptRequest {
  method: "POST";
  url: string;
  headers: [string, string][];
  body: string | null;
}

/** What was answered: head to 4 KiB, body to 2 KiB. `truncated`: there was more of the body. */
export interface AttemptResponse {
  status_line: string;
  headers: [string, string][];
  body: string;
  truncated: boolean;
}

/** An attempt in full; `detail` is a sentence where it failed. `response` null: none came. */
export interface AttemptView {
  n: number;
  started_at: string;
  outcome: string;
  status: number | null;
  remote_address: string | null;
  timings: AttemptTimings;
  detail: string;
  request: AttemptRequest;
  response: AttemptResponse | null;
}

/** `GET …/deliveries/{delivery_id}`: with its attempts, as far as they are kept. */
export interface DeliveryDetail {
  id: string;
  fact_id: string;
  webhook_id: string;
  event: string;
  session_id: string | null;
  series: number;
  state: "cancelled" | "delivered" | "exhausted" | "held" | "pending" | "too_large";
  attempts: number;
  created_at: string;
  next_attempt_at: string | null;
  last_outcome: string | null;
  last_status: number | null;
  replay: boolean;
  attempt_list: AttemptBrief[];
}

/** One event on its way to one hook. `attempts`: how many there were so far. `replay`: it was asked for again. */
export interface DeliveryView {
  id: string;
  fact_id: string;
  webhook_id: string;
  event: string;
  session_id: string | null;
  series: number;
  state: "cancelled" | "delivered" | "exhausted" | "held" | "pending" | "too_large";
  attempts: number;
  created_at: string;
  next_attempt_at: string | null;
  last_outcome: string | null;
  last_status: number | null;
  replay: boolean;
}

/** `GET …/deliveries`. */
export interface DeliveryPage {
  data: DeliveryView[];
  next_cursor: string | null;
}

/** The answer to `POST …/deliveries/{delivery_id}/replay`: the id of the new delivery. */
export interface DeliveryReplayed {
  id: string;
}

/** A quarter of an hour: attempts by how they ended, and below how many milliseconds 95 % of the answers came. */
export interface HookQuarter {
  at: string;
  succeeded: number;
  failed: number;
  p95: number | null;
}

/** `GET …/chart`: the last day in quarters of an hour, oldest first; those without a call are in it. */
export interface HookChart {
  data: HookQuarter[];
}

/** `POST …/recover`: what was not delivered since then (RFC 3339). */
export interface HookRecoverPost {
  since: string;
}

/** `POST …/replays`: what was recorded from `from` on and before `to` (RFC 3339), of these events and states alone where given. */
export interface HookReplayPost {
  from: string;
  to: string;
  events?: string[] | null;
  states?: ("cancelled" | "delivered" | "exhausted" | "held" | "pending" | "too_large")[] | null;
}

/** `POST …/test`. `event`: send the sample of this one; without it `hook:test`. */
export interface HookTestPost {
  event?: string | null;
}

/** A replay has begun. `count`: how many facts it looks at. */
export interface ReplayStarted {
  replay_id: string;
  count: number;
}

/** How far a replay is. `left`: planned, and not ended yet, or still to be planned. */
export interface ReplayView {
  id: string;
  kind: "range" | "recover";
  state: "cancelled" | "done" | "running";
  planned: number;
  delivered: number;
  failed: number;
  left: number;
  count: number;
  created_at: string;
}

/** A person, known or not; `name` is null until somebody gave one. */
export interface ContactView {
  id: string;
  name: string | null;
  email: string | null;
  phone: string | null;
  company: string | null;
  avatar: string | null;
  verified: boolean;
  notes: string;
  data: Record<string, string | number | boolean>;
  conversations: number;
  first_seen_at: string;
  last_seen_at: string;
  created_at: string;
  updated_at: string;
}

/** Name and version of a browser or an operating system; empty strings where unknown. */
export interface Software {
  name: string;
  version: string;
}

/** A page a visitor looked at. */
export interface PageView {
  url: string;
  title: string;
  referrer: string;
  at: string;
}

/** A visitor of an exported contact, with all that was said of them. `form`: what they last filled in before a conversation. */
export interface ExportedVisitor {
  id: string;
  user_id: string;
  identified: boolean;
  identity: "hmac" | "jwt" | null;
  signed: string[];
  name: string | null;
  email: string | null;
  locale: string | null;
  timezone: string | null;
  parent_origin: string | null;
  embedding: "claimed" | "none" | "verified";
  online: boolean;
  blocked: boolean;
  browser: Software;
  os: Software;
  device: "desktop" | "mobile" | "other" | "tablet";
  pages: PageView[];
  first_seen_at: string;
  last_seen_at: string;
  phone: string | null;
  company: string | null;
  avatar: string | null;
  data: Record<string, string | number | boolean>;
  form: Record<string, unknown>;
}

/** A field of a form as it was asked, and what was answered. */
export interface FieldAnswer {
  id: string;
  label: string;
  type: string;
  value: unknown;
}

/** What a visitor said after a conversation; `stars` 1 to 5 whatever the form's scale, null without a rating. */
export interface FeedbackView {
  conversation_id: string;
  widget_id: string;
  contact_id: string;
  contact_name: string | null;
  operator: OperatorBrief | null;
  stars: number | null;
  comment: string | null;
  fields: FieldAnswer[];
  created_at: string;
}

/** Who a message is from; a visitor's `user_id` is the conversation's `session_id`. */
export interface MessageUser {
  user_id: string;
  nickname: string;
  avatar: string | null;
  type?: string;
}

/** A message: one shape in the API, the relay and the message facts. `seq` is absent on notes. */
export interface MessageView {
  id: string;
  fingerprint: number;
  type: string;
  content: unknown;
  from: "operator" | "user";
  origin: string;
  /** Milliseconds since 1970. */
  timestamp: number;
  user: MessageUser;
  client_id: string | null;
  edited: boolean;
  removed: boolean;
  seq?: number;
  /** Operators' ids; on notes only. */
  mentions?: string[];
  automated?: boolean;
  properties?: Record<string, unknown>;
}

/** A conversation of an exported contact, with what was said in it. */
export interface ExportedConversation {
  id: string;
  state: "pending" | "resolved" | "unresolved";
  created_at: string;
  subject: string;
  tags: string[];
  custom_metadata: Record<string, unknown>;
  feedback: FeedbackView | null;
  messages: MessageView[];
}

/** A mail to an exported contact: an unread answer, or a link that was asked for. `at`: when it was sent, or is looked at next. */
export interface ExportedMail {
  kind: "answer" | "link";
  conversation_id: string | null;
  recipient: string;
  state: "failed" | "sending" | "sent" | "waiting";
  created_at: string;
  at: string;
}

/** Everything that is kept of a contact. */
export interface ContactExport {
  contact: ContactView;
  visitors: ExportedVisitor[];
  conversations: ExportedConversation[];
  mails: ExportedMail[];
}

/** One day of a report, in its time zone; `average` null without ratings. */
export interface FeedbackDay {
  day: string;
  count: number;
  average: number | null;
}

/** What was said of one operator's conversations. */
export interface FeedbackOperator {
  operator: OperatorBrief;
  count: number;
  average: number | null;
}

/** `GET /core/feedback`: newest first. */
export interface FeedbackPage {
  data: FeedbackView[];
  next_cursor: string | null;
}

/** `GET /core/feedback/report`: satisfaction over time. `satisfied` is the share of 4 and 5 stars, 0 to 1. */
export interface FeedbackReport {
  since: string;
  until: string;
  count: number;
  rated: number;
  average: number | null;
  satisfied: number | null;
  /** How many gave 1, 2, 3, 4 and 5 stars. */
  stars: Record<string, number>;
  days: FeedbackDay[];
  operators: FeedbackOperator[];
}

/** A new address of a file, which holds an hour. */
export interface FileAddress {
  url: string;
}

/** Where the bytes go by `PUT`, and for how many seconds the address holds; every part that arrives renews it. */
export interface UploadTarget {
  url: string;
  headers: Record<string, string>;
  expires_in: number;
}

/** The answer to `POST /core/uploads`: the message that names `upload_id` publishes the file. */
export interface UploadOpened {
  upload_id: string;
  put: UploadTarget;
}

/** `POST /core/uploads`. `sha256` in hex, where it is known; `avatar` for a picture of a person. */
export interface UploadPost {
  name: string;
  size: number;
  type?: string;
  sha256?: string | null;
  purpose?: "avatar" | "message";
}

/** What an operator may upload: at most so many bytes a file, and files of these kinds. */
export interface UploadRules {
  max_bytes: number;
  types: ("archive" | "audio" | "image" | "office" | "pdf" | "text" | "video")[];
}

/** `POST …/enable`. `recover_since`: post again what was not delivered since then (RFC 3339). */
export interface HookEnablePost {
  recover_since?: string | null;
}

/**
 * An event that a hook can be told of. `secret`: it carries one, so only `https` hooks may choose it.
 *
 * `class`: `fact` is told at least once, `light` at most once, `reserved` not yet. `emitted`: whether something in Halloo tells it
 * now. `sample` is `data` as a hook gets it.
 */
export interface HookEvent {
  name: string;
  class: "fact" | "light" | "reserved";
  group: string;
  sentence: string;
  secret: boolean;
  emitted: boolean;
  sample: Record<string, unknown>;
}

/** `GET /core/hooks/events`. */
export interface HookEventList {
  data: HookEvent[];
}

/** A signing secret without itself. `promotes_at`: when the next one becomes the current one by itself. */
export interface HookSecretView {
  id: string;
  role: "current" | "next";
  hint: string;
  created_at: string;
  promotes_at: string | null;
}

/**
 * A hook. Values in the query of `url`, and of `headers`, are masked for who may not manage hooks.
 *
 * `state`: `failing` since the last success (`failing_since`: the first failure behind it), `open` while nothing but a probe is
 * sent (at `probe_at`). `waiting`: deliveries that are still to come through, at most 10,000 of them counted. `replay_id`: the
 * replay that is running; `last_replay_id`: the one that was begun last, for as long as the log is kept. `version`: another one
 * after each change, and what `If-Match` compares.
 */
export interface HookView {
  id: string;
  kind: "plugin" | "website";
  environment: "development" | "production";
  name: string;
  url: string;
  events: string[];
  enabled: boolean;
  state: "active" | "disabled" | "failing" | "open";
  disabled_reason: "failing" | "gone" | "operator" | null;
  last_call: "failed" | "not_called" | "succeeded";
  last_call_at: string | null;
  last_status: number | null;
  last_error: string | null;
  failing_since: string | null;
  probe_at: string | null;
  signing: "none" | "signed";
  secrets: HookSecretView[];
  timeout_ms: number;
  max_in_flight: number;
  ordered: "all" | "conversation" | "none";
  retry: "none" | "standard";
  headers: Record<string, string>;
  waiting: number;
  replay_id: string | null;
  last_replay_id: string | null;
  version: number;
  created_at: string;
  updated_at: string;
}

/** `GET /core/hooks`. */
export interface HookPage {
  data: HookView[];
  next_cursor: string | null;
}

/** `POST /core/hooks`. `environment`, and `kind` once it is stored, cannot be changed. */
export interface HookPost {
  name: string;
  url: string;
  events: string[];
  kind?: "plugin" | "website";
  environment?: "development" | "production";
  signing?: "none" | "signed";
  timeout_ms?: number;
  max_in_flight?: number;
  ordered?: "all" | "conversation" | "none";
  retry?: "none" | "standard";
  headers?: Record<string, string>;
}

/** `POST …/secrets/promote`. `immediately`: where there is no next secret, make one that counts at once. */
export interface HookPromotePost {
  immediately?: boolean;
}

/** `PUT /core/hooks/{id}`: each field given replaces the stored value. */
export interface HookPut {
  name?: string;
  url?: string;
  events?: string[];
  signing?: "none" | "signed";
  timeout_ms?: number;
  max_in_flight?: number;
  ordered?: "all" | "conversation" | "none";
  retry?: "none" | "standard";
  headers?: Record<string, string>;
}

/** A hook as it was saved. `secret`: the only time it is shown. `warning`: the name in `url` leads nowhere yet. */
export interface HookSaved {
  id: string;
  kind: "plugin" | "website";
  environment: "development" | "production";
  name: string;
  url: string;
  events: string[];
  enabled: boolean;
  state: "active" | "disabled" | "failing" | "open";
  disabled_reason: "failing" | "gone" | "operator" | null;
  last_call: "failed" | "not_called" | "succeeded";
  last_call_at: string | null;
  last_status: number | null;
  last_error: string | null;
  failing_since: string | null;
  probe_at: string | null;
  signing: "none" | "signed";
  secrets: HookSecretView[];
  timeout_ms: number;
  max_in_flight: number;
  ordered: "all" | "conversation" | "none";
  retry: "none" | "standard";
  headers: Record<string, string>;
  waiting: number;
  replay_id: string | null;
  last_replay_id: string | null;
  version: number;
  created_at: string;
  updated_at: string;
  secret?: string | null;
  warning?: "dns" | null;
}

/** The answer to `POST …/secrets`: the only time `secret` is shown. */
export interface HookSecretCreated {
  id: string;
  role: "next";
  secret: string;
  created_at: string;
  promotes_at: string;
}

/** `POST …/secrets`. `overlap_s`: after how many seconds the next secret becomes the current one by itself; at most 7 days. */
export interface HookSecretPost {
  overlap_s?: number;
}

/** `GET /core/visitors/count`. */
export interface LiveVisitorCount {
  count: number;
}

/** Names of browser and operating system, empty where unknown, and the kind of the device. */
export interface LiveDevice {
  browser: string;
  os: string;
  kind: "desktop" | "mobile" | "other" | "tablet";
}

/** The page that a visitor looks at, as far as the widget's `page_tracking` lets it be known. */
export interface LivePage {
  url: string;
  title: string;
  referrer: string;
  /** Since when. */
  at: string;
}

/** What a visitor types; `excerpt` only where the widget's `typing_preview` is on and the browser lets it be. */
export interface LiveTyping {
  conversation_id: string;
  excerpt?: string | null;
}

/** A visitor who is on the site now. Times are RFC 3339; what is not known is absent. */
export interface LiveVisitor {
  visitor_id: string;
  widget_id: string;
  /** Null until somebody gave one. */
  name: string | null;
  since: string;
  /** Where they came from: a campaign, a search engine, a host, `Direct`; empty where pages are not told. */
  source: string;
  device: LiveDevice;
  state: "away" | "online";
  avatar?: string | null;
  contact_id?: string | null;
  /** The newest conversation of theirs that is open. */
  conversation_id?: string | null;
  page?: LivePage | null;
  /** Two letters, ISO 3166. */
  country?: string | null;
  city?: string | null;
  typing?: LiveTyping | null;
}

/** `GET /core/visitors`. */
export interface LiveVisitorPage {
  data: LiveVisitor[];
  next_cursor: string | null;
}

/** Something that happened with a contact. */
export interface ContactEvent {
  at: string;
  name: "conversation_started" | "first_seen" | "page";
  text: string;
}

/** `GET /core/contacts/{id}/events`. */
export interface ContactEventPage {
  data: ContactEvent[];
  next_cursor: string | null;
}

/** `GET /core/contacts`. */
export interface ContactPage {
  data: ContactView[];
  next_cursor: string | null;
}

/** `PATCH /core/contacts/{id}`; absent keys stay as they are. */
export interface ContactPatch {
  name?: string | null;
  email?: string | null;
  phone?: string | null;
  company?: string | null;
  notes?: string;
  data?: Record<string, string | number | boolean>;
}

/** `POST /core/contacts`. */
export interface ContactPost {
  name?: string | null;
  email?: string | null;
  phone?: string | null;
  company?: string | null;
  notes?: string;
  data?: Record<string, string | number | boolean>;
}

/** A visitor: one browser on one customer site. Claimed values are what page or visitor said, not proven. */
export interface VisitorView {
  id: string;
  user_id: string;
  identified: boolean;
  /** What proved it: a signed token, or the weaker plain hash. */
  identity: "hmac" | "jwt" | null;
  /** The attributes that the customer's server has vouched for. */
  signed: string[];
  name: string | null;
  email: string | null;
  locale: string | null;
  timezone: string | null;
  parent_origin: string | null;
  embedding: "claimed" | "none" | "verified";
  online: boolean;
  blocked: boolean;
  browser: Software;
  os: Software;
  device: "desktop" | "mobile" | "other" | "tablet";
  /** Newest first, at most 10. */
  pages: PageView[];
  first_seen_at: string;
  last_seen_at: string;
}

/** `PUT /core/me/avatar`: an upload whose purpose is `avatar`. */
export interface AvatarPut {
  upload_id: string;
}

/** What a page says of itself; empty where nothing is known. `image` is an address of the image host. */
export interface LinkPreview {
  url: string;
  title: string;
  description: string;
  site: string;
  image: string;
}

/**
 * What opens the picture of everybody in the workspace: `{origin}/avatar/{kind}/{id}/{size}?{query}` up to `until`.
 *
 * `kind`: operator, contact, visitor; `size`: 32, 48, 64, 96, 128, 256 or 512 pixels. `until`: UNIX ms; ask again before.
 */
export interface PictureKey {
  origin: string;
  query: string;
  until: number;
}

/** What happened in this workspace, a minute each, the oldest of sixty first and the running one last. */
export interface ActivityStatus {
  messages: number[];
  facts: number[];
}

/** What joins several nodes. `none`: this node is alone. `drops`: times the connection to it was lost since the start. */
export interface BrokerStatus {
  state: "down" | "none" | "ok";
  drops: number;
}

/** How often a code closed a connection in the last hour. */
export interface CloseStatus {
  code: number;
  name: string;
  count: number;
}

/** `round_trip_ms`: a small question and its answer; null when there was none within two seconds. */
export interface DatabaseStatus {
  kind: "postgresql" | "sqlite" | null;
  size_bytes: number | null;
  round_trip_ms: number | null;
  writes_waiting: number;
}

/** The disk that the data lies on. */
export interface DiskStatus {
  free_bytes: number;
  total_bytes: number;
}

/** From the moment when something was said to the one when its last connection was written to, in the last hour; null without any. */
export interface LagStatus {
  p50_ms: number | null;
  p99_ms: number | null;
  count: number;
}

/** This workspace's outbox; `failed`: for good, in the last day. */
export interface MailStatus {
  on: boolean;
  waiting: number;
  failed: number;
}

/** A process that serves. `here`: the one that answered. `sockets`: all of its connections. */
export interface NodeView {
  id: string;
  version: string;
  started_at: string;
  sockets: number;
  here: boolean;
}

/** Connections of this workspace on this node. */
export interface PeopleStatus {
  visitors: number;
  operators: number;
}

/** Streams that clients came back to in the last hour: nothing was missed, from memory, from the database, or read afresh. */
export interface RecoveryStatus {
  nothing_missed: number;
  from_memory: number;
  from_database: number;
  afresh: number;
}

/** The live connections of this node. `behind`: those that read too slowly just now. `gaps`: times facts had to be fetched later. */
export interface RelayStatus {
  state: "draining" | "ok" | "starting";
  sockets: number;
  behind: number;
  gaps: number;
  recoveries: RecoveryStatus;
  closes: CloseStatus[];
  rescue: string | null;
}

/** Something that is amiss. */
export interface StatusFinding {
  code: "broker_down" | "database_silent" | "database_slow" | "disk_full" | "disk_low" | "fell_behind" | "lag_high" | "mail_failed" | "mail_stuck" | "relay_stopping" | "releases_differ" | "slow_readers" | "writes_stuck" | "writes_waiting";
  level: "bad" | "good" | "warning";
}

/** How the server is doing. `hour_from`: since when the figures of the last hour are counted, an hour ago or at the start. */
export interface StatusView {
  state: "bad" | "good" | "warning";
  findings: StatusFinding[];
  at: string;
  version: string;
  started_at: string;
  uptime_s: number;
  hour_from: string;
  nodes: NodeView[];
  people: PeopleStatus;
  activity: ActivityStatus;
  lag: LagStatus;
  relay: RelayStatus;
  database: DatabaseStatus;
  broker: BrokerStatus;
  mail: MailStatus;
  disk: DiskStatus | null;
}

/** A prepared answer; `shortcut` is what follows the `/`. */
export interface CannedReplyView {
  id: string;
  shortcut: string;
  text: string;
  created_at: string;
  updated_at: string;
}

/** `GET /core/canned-replies`. */
export interface CannedReplyPage {
  data: CannedReplyView[];
  next_cursor: string | null;
}

/** `PATCH /core/canned-replies/{id}`. */
export interface CannedReplyPatch {
  shortcut?: string;
  text?: string;
}

/** `POST /core/canned-replies`; `PATCH` takes the same, both keys optional. */
export interface CannedReplyPost {
  shortcut: string;
  text: string;
}

/** The newest message of a conversation in one line. */
export interface LastMessage {
  type: string;
  from: "operator" | "user";
  excerpt: string;
  timestamp: number;
  author: string;
}

/** A conversation in a list. */
export interface ConversationRow {
  id: string;
  state: "pending" | "resolved" | "unresolved";
  snoozed_until: string | null;
  assignee: OperatorBrief | null;
  inbox_id: string | null;
  widget_id: string;
  subject: string;
  tags: string[];
  created_at: string;
  updated_at: string;
  /** Since when the visitor waits for an answer; null while nobody waits. */
  waiting_since: string | null;
  last_seq: number;
  /** Messages of the visitor that no operator has read. */
  unread: number;
  visitor_read_seq: number;
  last_message: LastMessage | null;
  contact: ContactView;
  visitor: VisitorView;
  /** Marked as spam: in no list and no count but those of the spam. */
  spam: boolean;
}

/** `GET /core/conversations`. */
export interface ConversationPage {
  data: ConversationRow[];
  next_cursor: string | null;
  /** Of the `w:` stream. */
  position: Position;
}

/** `PATCH /core/conversations/{id}`; absent keys stay as they are. `assignee` is an operator's id. */
export interface ConversationPatch {
  state?: "pending" | "resolved" | "unresolved";
  snoozed_until?: string | null;
  assignee?: string | null;
  tags?: string[];
  subject?: string;
  custom_metadata?: Record<string, unknown>;
  spam?: boolean;
}

/** `POST /core/conversations/{id}/messages`; `type` is `text` or `note`, `client_id` a UUID made by the caller. */
export interface MessagePost {
  client_id: string;
  type: string;
  content: unknown;
  mentions?: string[];
  properties?: Record<string, string | number | boolean>;
}

/** `POST /core/conversations`: an operator begins; exactly one of `visitor_id` and `contact_id`. */
export interface ConversationPost {
  widget_id: string;
  message: MessagePost;
  visitor_id?: string | null;
  contact_id?: string | null;
}

/** One conversation; `position` has the keys `w` and `c`. */
export interface ConversationView {
  id: string;
  state: "pending" | "resolved" | "unresolved";
  snoozed_until: string | null;
  assignee: OperatorBrief | null;
  inbox_id: string | null;
  widget_id: string;
  subject: string;
  tags: string[];
  created_at: string;
  updated_at: string;
  waiting_since: string | null;
  last_seq: number;
  unread: number;
  visitor_read_seq: number;
  last_message: LastMessage | null;
  contact: ContactView;
  visitor: VisitorView;
  spam: boolean;
  custom_metadata: Record<string, unknown>;
  feedback: FeedbackView | null;
  position: Record<"c" | "w", Position>;
}

/** How many conversations, and how many of them hold something unread. */
export interface Tally {
  total: number;
  unread: number;
}

/** Counts of one state. */
export interface FolderCounts {
  all: Tally;
  mine: Tally;
  unassigned: Tally;
}

/** `GET /core/conversations/counts`. */
export interface Counts {
  open: FolderCounts;
  snoozed: FolderCounts;
  resolved: FolderCounts;
  spam: FolderCounts;
}

/** `GET /core/conversations/{id}/messages`: ascending, notes included. */
export interface MessagePage {
  data: MessageView[];
  has_more: boolean;
  last_seq: number;
  /** Of the `w:` stream. */
  position: Position;
}

/** `PATCH …/messages/{fingerprint}`. */
export interface MessagePatch {
  content: unknown;
}

/** The answer to a sent message. */
export interface MessageSent {
  message: MessageView;
}

/** `POST /core/conversations/{id}/read`; never moves back. */
export interface ReadPost {
  seq: number;
}

/** A hit of `GET /core/search`; `marks` are [start, end) character positions in `excerpt`. */
export interface SearchHit {
  kind: "contacts" | "conversations" | "messages";
  conversation_id: string | null;
  contact_id: string | null;
  fingerprint: number | null;
  title: string;
  excerpt: string;
  marks: [number, number][];
  at: string;
}

/** `GET /core/search?q&in=messages|contacts|conversations&cursor`. */
export interface SearchPage {
  data: SearchHit[];
  next_cursor: string | null;
}

/** A tag of the workspace. */
export interface TagView {
  id: string;
  name: string;
  color: string;
  created_at: string;
}

/** `GET /core/tags`. */
export interface TagPage {
  data: TagView[];
  next_cursor: string | null;
}

/** `PATCH /core/tags/{id}`; renaming renames it on every conversation. */
export interface TagPatch {
  name?: string;
  color?: string;
}

/** `POST /core/tags`; `color` is one of the ten names of the design. */
export interface TagPost {
  name: string;
  color?: string;
}

/** `POST /core/conversations/{id}/typing`. */
export interface TypingPost {
  state: "start" | "stop";
}

/** Who did what, when and from where. */
export interface AuditEntry {
  id: string;
  at: string;
  actor: string;
  action: string;
  subject: string;
  details: Record<string, unknown>;
  address: string | null;
}

/** `GET /core/audit`. */
export interface AuditPage {
  data: AuditEntry[];
  next_cursor: string | null;
}

/** `PUT /core/me/availability`. */
export interface AvailabilityPut {
  state: "away" | "online";
}

/** `POST /core/invitations/accept`: no sign-in needed, the token is the proof; answers like a sign-in. */
export interface InvitationAccept {
  token: string;
  name: string;
  password: string;
}

/** The answer to `POST /core/invitations`: the only time `url` is shown. */
export interface InvitationCreated {
  id: string;
  email: string;
  role: "admin" | "operator" | "owner";
  invited_by: OperatorBrief | null;
  created_at: string;
  expires_at: string;
  url: string;
}

/** An open invitation. */
export interface InvitationView {
  id: string;
  email: string;
  role: "admin" | "operator" | "owner";
  invited_by: OperatorBrief | null;
  created_at: string;
  expires_at: string;
}

/** `GET /core/invitations`. */
export interface InvitationPage {
  data: InvitationView[];
  next_cursor: string | null;
}

/** `POST /core/invitations`. */
export interface InvitationPost {
  email: string;
  role?: "admin" | "operator" | "owner";
}

/** What an operator may change about themselves; absent keys stay as they are. */
export interface MePatch {
  name?: string;
  locale?: string | null;
  theme?: "dark" | "light" | "system";
  sound?: boolean;
}

/** An operator as colleagues with `operators:read` see them. */
export interface OperatorView {
  id: string;
  email: string;
  name: string;
  role: "admin" | "operator" | "owner";
  avatar: string | null;
  availability: "away" | "online";
  active: boolean;
  last_seen_at: string | null;
  created_at: string;
}

/** The workspace of the caller. */
export interface WorkspaceView {
  id: string;
  name: string;
}

/** The signed-in operator, or the integration behind a token (then `operator` is null). */
export interface MeView {
  operator: OperatorView | null;
  workspace: WorkspaceView;
  scopes: string[];
  locale: string | null;
  theme: "dark" | "light" | "system";
  sound: boolean;
}

/** `GET /core/operators`. */
export interface OperatorPage {
  data: OperatorView[];
  next_cursor: string | null;
}

/** `PATCH /core/operators/{id}`. */
export interface OperatorPatch {
  name?: string;
  role?: "admin" | "operator" | "owner";
  active?: boolean;
}

/** `POST /core/operators`: an operator with a password set by an administrator. */
export interface OperatorPost {
  email: string;
  name: string;
  password: string;
  role?: "admin" | "operator" | "owner";
}

/** `POST /core/me/password`: other sessions of the operator end. */
export interface PasswordChange {
  current_password: string;
  new_password: string;
}

/** `POST /core/relay-token`. */
export interface RelayToken {
  token: string;
  expires_in: number;
  streams: string[];
}

/** A scope and what it allows. */
export interface Scope {
  scope: string;
  description: string;
}

/** `GET /core/scopes`. */
export interface ScopePage {
  data: Scope[];
  next_cursor: string | null;
}

/** `POST /core/session`. */
export interface SignIn {
  email: string;
  password: string;
}

/** The answer to `POST /core/tokens`: the only time `token` is shown. */
export interface TokenCreated {
  id: string;
  name: string;
  scopes: string[];
  hint: string;
  operator_id: string | null;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  token: string;
}

/** An API token without its secret; `hint` is its first characters. */
export interface TokenView {
  id: string;
  name: string;
  scopes: string[];
  hint: string;
  operator_id: string | null;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

/** `GET /core/tokens`. */
export interface TokenPage {
  data: TokenView[];
  next_cursor: string | null;
}

/** `POST /core/tokens`. `operator_id` is the caller's own where the token shall act as them. */
export interface TokenPost {
  name: string;
  scopes: string[];
  expires_at?: string | null;
  operator_id?: string | null;
}

/**
 * `GET /core/embed`: what goes into a snippet.
 *
 * `loader_url` is followed by a widget's id. `pinned_url` is the loader as a file that never changes, `integrity` what
 * browsers compare it with; both null where the browser packages were not built.
 */
export interface EmbedView {
  loader_url: string;
  pinned_url: string | null;
  integrity: string | null;
}

/** The answer to `POST …/identity-keys`: the only time `secret` is shown; none for EdDSA. */
export interface IdentityKeyCreated {
  kid: string;
  alg: "EdDSA" | "HMAC-email" | "HMAC-user-id" | "HS256";
  created_at: string;
  secret?: string | null;
}

/** A key that proves who visitors are, without its secret. `weak`: its proofs never end. */
export interface IdentityKeyView {
  kid: string;
  alg: "EdDSA" | "HMAC-email" | "HMAC-user-id" | "HS256";
  weak: boolean;
  created_at: string;
  last_used_at: string | null;
}

/** `GET …/identity-keys`. */
export interface IdentityKeyList {
  data: IdentityKeyView[];
}

/** `POST …/identity-keys`. `public_key` (PEM) for EdDSA alone; `secret` is what another messenger used, for the HMACs alone. */
export interface IdentityKeyPost {
  alg: "EdDSA" | "HMAC-email" | "HMAC-user-id" | "HS256";
  public_key?: string | null;
  secret?: string | null;
}

/** Something worth knowing about an accepted widget; `path` says where. */
export interface Warning {
  code: string;
  path: string;
  message: string;
}

/** A widget as the management API shows it. `organization_id` equals `workspace_id`. */
export interface WidgetView {
  id: string;
  workspace_id: string;
  organization_id: string;
  domains: string[];
  published: boolean;
  config: Record<string, unknown>;
  created_at: string;
  updated_at: string;
  warnings: Warning[];
}

/** `GET /core/web-widgets`. */
export interface WidgetPage {
  data: WidgetView[];
  next_cursor: string | null;
}

/** `POST` and `PUT /core/web-widgets`: each field given replaces the stored value. */
export interface WidgetPut {
  domains?: string[];
  published?: boolean;
  config?: Record<string, unknown>;
}
