/** What is fetched together when somebody may attach something. */
export { AttachTray } from "./tray.tsx";
export { DropVeil } from "./veil.tsx";
export { readWords } from "./words.ts";
