// Written by web/scripts/wire.py from the server's structs. Do not edit.

export type Scalar = string | number | boolean;

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

/** The answer to `POST …/uploads`: the message that names `upload_id` publishes the file. */
export interface UploadOpened {
  upload_id: string;
  put: UploadTarget;
}

/** `POST …/uploads`: a file that is to be sent. `sha256` in hex, where the browser has made it; `bot_check` as for messages. */
export interface UploadPost {
  name: string;
  size: number;
  type?: string;
  sha256?: string | null;
  bot_check?: unknown;
}

/** `POST …/continue-link`: send a link to whoever wrote from this address; the answer is always the same. */
export interface ContinueLinkPost {
  email: string;
}

/** `POST …/continue`: the code of a link that was sent by mail; it works once. */
export interface ContinuePost {
  code: string;
}

/** The answer to `POST …/embed-ticket`; `expires_in` in seconds. */
export interface EmbedTicket {
  ticket: string;
  expires_in: number;
}

/** An operator as visitors see them. */
export interface Face {
  id: string;
  name: string;
  avatar: string | null;
  online: boolean;
}

/** The values as they were accepted. */
export interface FieldsAccepted {
  fields: Record<string, unknown>;
}

/** `POST …/pre-conversation-form` and `…/feedback`: values by field id. `website` is a trap: people do not see it. */
export interface FieldsPost {
  fields: Record<string, unknown>;
  website?: string;
}

/** The visitor to themselves; `visitor_token` is given once, at first contact. */
export interface VisitorMe {
  id: string;
  user_id: string;
  identified: boolean;
  name: string | null;
  email: string | null;
  visitor_token: string | null;
}

/** What opens the relay: a token for the `connect` frame, and the visitor's streams. */
export interface RelayAccess {
  token: string;
  expires_in: number;
  streams: string[];
}

/** The answer to `POST …/identify` and `…/continue`; `merged` conversations of this browser came along. */
export interface Identified {
  visitor: VisitorMe;
  merged: number;
  relay: RelayAccess;
}

/** `POST …/identify`: a signed `token`; or, where the widget has such a key, a hash of `email` or `user_id`. */
export interface IdentifyPost {
  token?: string | null;
  email?: string | null;
  user_id?: string | null;
  hmac?: string | null;
}

/** Who answers: up to three faces, and whether anyone is there now. */
export interface Team {
  faces: Face[];
  available: boolean;
  /** How long visitors of this widget usually wait for an answer, in milliseconds; null while too few were given. */
  reply_ms: number | null;
}

/** The answer to `POST …/visitor`. */
export interface VisitorHello {
  visitor: VisitorMe;
  embedding: "claimed" | "none" | "verified";
  unread: number;
  relay: RelayAccess;
  team: Team;
  /** Whether this server can send mail: answers to who left an address, and links to continue elsewhere. */
  mail: boolean;
}

/** `PATCH …/visitor`: what the page or the visitor claims; never replaces what was signed. Absent keys stay. */
export interface VisitorPatch {
  name?: string | null;
  email?: string | null;
  phone?: string | null;
  company?: string | null;
  data?: Record<string, string | number | boolean>;
}

/** The answer to `PATCH …/visitor`. */
export interface VisitorPatched {
  visitor: VisitorMe;
}

/** `POST …/visitor`: first contact, or a browser that came back. `parent_origin` is what the page claims. */
export interface VisitorPost {
  /** `guest_` and 22 to 64 of A–Z, a–z, 0–9, `-` and `_`, random and made by the caller; needed at first contact. */
  user_id?: string | null;
  parent_origin?: string | null;
  locale?: string | null;
  /** The name of the browser's time zone, such as `Europe/Vienna`; one that nobody knows is left out. */
  timezone?: string | null;
  embed_ticket?: string | null;
  /** Needed after a 428 only: the solution of a challenge, as for messages. */
  bot_check?: unknown;
}

/** The number of a conversation's last message, and what it says in one line. */
export interface LastSeq {
  seq: number;
  excerpt: string;
  timestamp: number;
  author: string;
}

/** Where the relay goes on from. */
export interface PublicPosition {
  stream: string;
  epoch: string;
  offset: number;
}

/** A conversation as its visitor sees it. */
export interface PublicConversation {
  id: string;
  state: "pending" | "resolved" | "unresolved";
  created_at: string;
  updated_at: string;
  last_seq: number;
  /** How far the visitor has read. */
  read_seq: number;
  /** How far the operators have read. */
  operator_read_seq: number;
  unread: number;
  last_message: LastSeq | null;
  feedback: "given" | "none" | "open";
  position: PublicPosition;
}

/** The answer to `POST …/end`. */
export interface ConversationEnded {
  conversation: PublicConversation;
}

/** The page that the visitor is on. */
export interface PagePost {
  url: string;
  title?: string;
  referrer?: string;
}

/** A message that is sent together with the start of its conversation. */
export interface FirstMessage {
  client_id: string;
  type: string;
  content: unknown;
}

/** `POST …/conversations`: start, or resume with `conversation_id`. */
export interface ConversationStart {
  /** `guest_` and 22 to 64 of A–Z, a–z, 0–9, `-` and `_`, random and made by the caller; needed at first contact. */
  user_id?: string | null;
  conversation_id?: string | null;
  client_id?: string | null;
  form?: Record<string, unknown> | null;
  custom_metadata?: Record<string, string | number | boolean>;
  page?: PagePost | null;
  message?: FirstMessage | null;
  bot_check?: unknown;
}

/** The message that a start has sent. */
export interface StartedMessage {
  seq: number;
  client_id: string | null;
  fingerprint: number;
  timestamp: number;
}

/** Who started: `visitor_token` is given once, where the start was also first contact. */
export interface StartedVisitor {
  user_id: string;
  visitor_token: string | null;
}

/** The answer to `POST …/conversations`. */
export interface ConversationStarted {
  conversation: PublicConversation;
  message: StartedMessage | null;
  visitor: StartedVisitor;
}

/** A body without fields: `{}`. */
export interface Nothing {
}

/** `GET …/conversations`: newest first. */
export interface PublicConversationPage {
  data: PublicConversation[];
  next_cursor: string | null;
}

/** Who a message is from; a visitor's `user_id` is the `session_id`. */
export interface MessageUser {
  user_id: string;
  nickname: string;
  avatar: string | null;
}

/** The payload of `message:send` and `message:received`: one parser serves hooks, relay and API. */
export interface MessageData {
  website_id: string;
  session_id: string;
  inbox_id: string | null;
  type: string;
  from: "operator" | "user";
  origin: string;
  content: unknown;
  fingerprint: number;
  timestamp: number;
  user: MessageUser;
  stamped: boolean;
  id: string;
  client_id: string | null;
  edited: boolean;
  removed: boolean;
  seq?: number;
  mentions?: string[];
  automated?: boolean;
  properties?: Record<string, unknown>;
}

/** `GET …/messages`: ascending `seq` without gaps. */
export interface PublicMessagePage {
  data: MessageData[];
  has_more: boolean;
  last_seq: number;
  position: PublicPosition;
}

/** `POST …/messages`. `client_id` is a UUID; the same again is the same message. */
export interface PublicMessagePost {
  client_id: string;
  type: string;
  content: unknown;
  bot_check?: unknown;
}

/** The answer to `POST …/messages`. */
export interface PublicMessageSent {
  message: MessageData;
}

/** `POST …/read`: never moves back. */
export interface PublicReadPost {
  seq: number;
}
