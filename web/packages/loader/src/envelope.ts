/** Messages between loader and frame (`contracts/embedding.md` 6), as the loader sees them. */

export type FrameMessage = { seq: number } & (
  | { type: "ready"; data: { part: string } }
  | { type: "resize"; data: { width: number; height: number } }
  | { type: "open" | "close" | "need_ticket"; data: object }
  | { type: "unread"; data: { count: number; preview: { author: string; text: string } | null } }
  | { type: "event"; data: { name: string; detail: object } }
  | { type: "result"; data: { call: number; ok: boolean; error: string | null } }
  | { type: "failed"; data: { code: string } }
);

/** The names and kinds of an object's fields, in order, as one text: `count:number,preview:null`. Empty for other things. */
const shape = (value: unknown): string =>
  value && Object.getPrototypeOf(value) === Object.prototype
    ? Object.entries(value)
        .map(([key, field]) => `${key}:${field === null ? field : typeof field}`)
        .sort()
        .join()
    : "-";

/** Every message that the frame may send, as type and shape of its data. */
const KNOWN =
  /^(ready part:string|resize height:number,width:number|(open|close|need_ticket) |unread count:number,preview:(null|object)|event detail:object,name:string|result call:number,error:(null|string),ok:boolean|failed code:string)$/;

/** The message, where it is one for this widget and newer than `last`; else undefined. */
export function fromFrame(value: unknown, widget: string, last: number): FrameMessage | undefined {
  const { v, wid, type, seq, data } = (value ?? {}) as Record<string, unknown>;
  const preview = (data as { preview?: { text: string } } | undefined)?.preview;
  return shape(value) === "data:object,seq:number,type:string,v:number,wid:string" &&
    v === 1 &&
    wid === widget &&
    (seq as number) > last &&
    KNOWN.test(`${type} ${shape(data)}`) &&
    (!preview || (shape(preview) === "author:string,text:string" && preview.text.length <= 140)) &&
    JSON.stringify(value).length <= 16_384
    ? (value as FrameMessage)
    : undefined;
}
