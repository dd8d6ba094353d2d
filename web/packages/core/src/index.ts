/**
 * The engine of a Halloo client: framework-free, without a DOM. It serves the visitor's widget and the operator's inbox.
 *
 * - `createSession`: the connection to the relay, with recovery (`session.ts`)
 * - `routesTo`, `openStream`: the ways to it, and the one without WebSocket (`routes.ts`, `stream.ts`)
 * - `createTabSession`: one connection for all tabs of a browser (`tabs.ts`)
 * - `createOutbox`: messages on their way, sent exactly once (`outbox.ts`)
 * - `createUploads`: files on their way, resumed where a line broke (`uploads.ts`)
 * - `addMessages`, `applyFact`: the messages of a conversation as a value (`thread.ts`)
 * - `createTypingReporter`, `createTypingBoard`: typing hints both ways (`typing.ts`)
 * - `createApi`: HTTP calls with refusals as `Refusal` (`api.ts`, `refusal.ts`)
 * - `electLeader`: one tab of many (`leader.ts`)
 * - `normaliseOrigin`, `decide`: allowed domains (`origins.ts`)
 * - `formatText`: the small Markdown of what people write (`format.ts`)
 * - `createT`, `pickLanguage`: messages in the reader's language (`i18n.ts`, `language.ts`)
 *
 * Everything the engine needs of the outside is in `ports.ts` and handed in. A client of an operator, in short:
 *
 * ```ts
 * const session = createSession({
 *   role: "operator", tab: crypto.randomUUID(), clock, routes: () => routesTo(relayUrl),
 *   open: ({ kind, address }) => (kind === "socket" ? new WebSocket(address) : openStream(address, fetch)),
 *   token: () => api("POST", "/relay-token", {}),
 *   onStatus: show, onEvent: (name, data) => apply(name, data), onHint: hint, onLost: () => reload(),
 * });
 * const page = await api("GET", "/conversations");
 * session.follow(page.position.stream, page.position);
 * session.start();
 * addEventListener("online", session.nudge);
 * ```
 *
 * After `onLost(stream)` load the snapshot again and `follow` the position it carries; nothing of that stream comes before.
 */
export * from "./api.ts";
export * from "./format.ts";
export * from "./i18n.ts";
export * from "./leader.ts";
export * from "./origins.ts";
export * from "./outbox.ts";
export * from "./ports.ts";
export * from "./refusal.ts";
export * from "./routes.ts";
export * from "./session.ts";
export * from "./tabs.ts";
export * from "./thread.ts";
export * from "./typing.ts";
export type { Attachment, Uploads } from "./uploads.ts";
