// Written by web/scripts/wire.py from the server's structs. Do not edit.

export type Role = "operator" | "visitor";

export type Id = string | number;

export type CloseCode = 1000 | 1002 | 1012 | 4008 | 4009 | 4010 | 4400 | 4401 | 4403 | 4404 | 4408 | 4413 | 4429;

export type Reconnect = "after_30_s" | "after_frame" | "after_new_token" | "at_once" | "never";

/** A stream, and how far the client has read it. Without a position it starts at its head. */
export interface Want {
  id: string;
  epoch?: string | null;
  offset?: number | null;
}

/** Who is there. Must be the first frame, within 5 seconds. */
export interface Connect {
  t: "connect";
  v: number;
  role: "operator" | "visitor";
  token?: string;
  tab?: string;
  streams?: (Want | string)[];
  widget?: string | null;
  agent?: string | null;
}

/** Follow more streams, or one again from a position. */
export interface Subscribe {
  t: "subscribe";
  id: string | number;
  streams: (Want | string)[];
}

/** Follow these streams no longer. */
export interface Unsubscribe {
  t: "unsubscribe";
  id: string | number;
  streams: (Want | string)[];
}

/** What a client may say about a message; author, time and number are the server's. */
export interface Draft {
  type: string;
  content: unknown;
  /** Operators' ids, on notes only. */
  mentions?: string[];
  properties?: Record<string, string | number | boolean>;
}

/** Send a message. `conversation` null starts one; `client_id` is a UUID that makes a repeated send one message. */
export interface Send {
  t: "send";
  id: string | number;
  client_id: string;
  message: Draft;
  conversation?: string | null;
  bot_check?: unknown;
}

/** Change a message's content. */
export interface Edit {
  t: "edit";
  id: string | number;
  conversation: string;
  fingerprint: number;
  content: unknown;
}

/** Delete a message. */
export interface Remove {
  t: "remove";
  id: string | number;
  conversation: string;
  fingerprint: number;
}

/** Everything up to message `seq` was seen. Not answered. */
export interface Read {
  t: "read";
  conversation: string;
  seq: number;
}

/** Typing started or stopped. Not answered. */
export interface Typing {
  t: "typing";
  conversation: string;
  state: "start" | "stop";
  excerpt?: string | null;
}

/** Whether a person looks at the page. Not answered. */
export interface Presence {
  t: "presence";
  state: "away" | "online";
}

/** The page the visitor is on. Not answered. */
export interface Page {
  t: "page";
  url: string;
  title?: string;
  referrer?: string;
}

/**
 * Operators with `visitors:read`: be told who is on the site, or no longer. Not answered; `visitors` hints follow.
 *
 * `what` is `visitors`, or `visitor:` and the id of one. Ends with the connection.
 */
export interface Watch {
  t: "watch";
  what: string;
  on: boolean;
}

/** Are you there? Answered by `pong`. */
export interface Ping {
  t: "ping";
}

/** A fresh token, before the old one expires. Answered by `ok`. */
export interface Refresh {
  t: "refresh";
  token: string;
  id?: string | number | null;
}

export type ClientFrame = Connect | Subscribe | Unsubscribe | Send | Edit | Remove | Read | Typing | Presence | Page | Watch | Ping | Refresh;

/** A stream as the server found it: its head, and whether the missed events follow. */
export interface Found {
  id: string;
  epoch: string;
  offset: number;
  recovered: boolean;
}

/** Welcome. The missed events of each recovered stream follow as `event` frames, then `live`. */
export interface Connected {
  t: "connected";
  session: string;
  ping_s: number;
  /** Milliseconds since 1970. */
  server_time: number;
  streams: Found[];
}

/** A fact of a stream; `data` is exactly the payload that web hooks deliver. */
export interface EventFrame {
  t: "event";
  stream: string;
  offset: number;
  name: string;
  data: unknown;
  /** When it was recorded, in milliseconds since 1970; on streams of a workspace only. */
  at?: number;
}

/** Something ephemeral, such as typing; it has no offset and may be lost. */
export interface Hint {
  t: "hint";
  name: string;
  data: unknown;
}

/** The page that a visitor looks at, as far as the widget's `page_tracking` lets it be known. */
export interface LivePage {
  url: string;
  title: string;
  referrer: string;
  /** Since when. */
  at: string;
}

/** Names of browser and operating system, empty where unknown, and the kind of the device. */
export interface LiveDevice {
  browser: string;
  os: string;
  kind: "desktop" | "mobile" | "other" | "tablet";
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

/** The data of a `visitors` hint: who came or changed, who went. `missed`: hints were lost, read the list again. */
export interface LiveVisitors {
  set: LiveVisitor[];
  gone: string[];
  missed?: boolean;
}

/** Stored: committed and synced to disk. `seq` is absent on notes. */
export interface Ack {
  t: "ack";
  id: string | number;
  conversation: string;
  seq?: number;
  message?: unknown;
}

/** Done. `streams` answers `subscribe`. */
export interface Ok {
  t: "ok";
  id: string | number | null;
  streams?: Found[];
}

/** Refused; the connection stays. `id` is null where the frame had none. */
export interface ErrorFrame {
  t: "error";
  id: string | number | null;
  code: string;
  message: string;
  retry_after_ms?: number;
  details?: Record<string, unknown>;
}

/** Please come back after so many milliseconds: a planned stop. */
export interface ReconnectFrame {
  t: "reconnect";
  after_ms: number;
}

/** I am here. */
export interface Pong {
  t: "pong";
}

/** Recovery is over; what follows happens now. */
export interface Live {
  t: "live";
}

/** The last line of a stream over HTTP, in place of a WebSocket's close frame. */
export interface CloseFrame {
  t: "close";
  code: number;
  reason: string;
}

export type ServerFrame = Connected | EventFrame | Hint | Ack | Ok | ErrorFrame | ReconnectFrame | Pong | Live;
