/** The shapes that go over the wires, generated from the server's structs (web/scripts/wire.py). Types only. */
export type * from "./generated/manage.ts";
