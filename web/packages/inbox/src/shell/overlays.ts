/** What lies over the whole inbox: at most one. */
import { createStore } from "../data/store.ts";

export const overlays = createStore<null | "palette" | "keys">(null);
