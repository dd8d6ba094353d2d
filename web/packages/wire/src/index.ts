/** The shapes that go over the wires, generated from the server's structs (web/scripts/wire.py). Types only. */
export type * as Frames from "./generated/frames.ts";
export type * from "./generated/manage.ts";
export type * as Public from "./generated/public.ts";
