/** Messages between loader and frame (embedding contract 6), as the loader sees them. */

export type FrameMessage =
  | { type: "ready"; data: { part: string } }
  | { type: "resize"; data: { width: number; height: number } }
  | { type: "open" | "close" | "need_ticket"; data: object }
  | { type: "unread"; data: { count: number; preview: { author: string; text: string } | null } }
  | { type: "event"; data: { name: string; detail: object } }
  | { type: "result"; data: { call: number; ok: boolean; error: string | null } }
  | { type: "failed"; data: { code: string } };

export type Envelope = FrameMessage & { v: number; wid: string; seq: number };

/** Every message that the frame may send: its type, and its data as JSON with each value's kind in place of the value. */
const KNOWN =
  /^(ready{part:s|resize{width:n,height:n|(open|close|need_ticket){|unread{count:n,preview:(null|{author:s,text:s})|event{name:s,detail:o|result{call:n,ok:b,error:(null|s)|failed{code:s)}$/;

/** The first letter of a value's kind; another one where a text is too long for a preview. */
const kind = (key: string, field: unknown): unknown =>
  key !== "detail" && typeof field === "object"
    ? field
    : (typeof field)[key === "text" && (field as string)[140] ? 1 : 0];

/** Whether this is a message for this widget, newer than `last`. */
export const isFromFrame = (value: Envelope, widget: string, last: number): boolean =>
  value?.v === 1 &&
  value.wid === widget &&
  value.seq > last &&
  KNOWN.test(`${value.type}${JSON.stringify(value.data, kind)}`.replaceAll('"', "")) &&
  !Object.keys(value)[5] &&
  !JSON.stringify(value)[16_384];
